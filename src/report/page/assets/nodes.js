import { element, replace } from './dom.js';
import { ageText } from './text.js';

export function drawNodes(view) {
  document.getElementById('node-count').textContent = `${view.nodes.length}`;
  const rows = view.nodes.map((node) =>
    element('tr', {}, [
      cell('name', node.name),
      cell('', element('span', { class: `state ${node.state.replace(' ', '')}` }, node.state)),
      cell('', node.type ?? 'unknown'),
      cell('', node.zone ?? 'unknown'),
      cell('', node.lifecycle ?? 'unknown'),
      cell('num', node.priceUsdPerHour === null ? 'unknown' : node.priceUsdPerHour.toFixed(4), 'USD/h'),
      cell('num', node.cpuPercent === null ? '–' : `${Math.round(node.cpuPercent)} %`, 'CPU'),
      cell('num', `${node.pods}`, 'pods'),
      cell('num', ageText(view.nowMs - node.sinceMs), 'age'),
      cell('why', node.why),
    ]),
  );
  const none = [element('tr', {}, [element('td', { colspan: '10', class: 'muted' }, 'No workers yet.')])];
  replace(document.querySelector('#nodes tbody'), rows.length > 0 ? rows : none);
}

function cell(className, content, label) {
  return element(
    'td',
    { class: className, ...(label === undefined ? {} : { 'data-label': label }) },
    content,
  );
}
