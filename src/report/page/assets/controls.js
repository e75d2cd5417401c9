import { element, replace } from './dom.js';

const SPEEDS = [1, 10, 60, 300, 1200];
let wired = false;

export function drawControls(controls) {
  document.getElementById('controls').hidden = controls === null;
  if (controls === null) return;
  if (!wired) wire(controls);
  show(controls);
}

function show(controls) {
  const load = document.getElementById('load');
  if (document.activeElement !== load) load.value = String(controls.loadFactor);
  document.getElementById('load-out').textContent = `${Number(load.value).toFixed(1)}×`;
  const speed = document.getElementById('speed');
  const speeds = [...new Set([...SPEEDS, controls.speed])].sort((a, b) => a - b);
  replace(
    'speed',
    speeds.map((value) => element('option', { value: String(value) }, `${value}×`)),
  );
  if (document.activeElement !== speed) speed.value = String(controls.speed);
  document.getElementById('pause').textContent = controls.paused ? 'Go on' : 'Pause';
}

function wire(controls) {
  wired = true;
  const load = document.getElementById('load');
  load.addEventListener('input', () => {
    document.getElementById('load-out').textContent = `${Number(load.value).toFixed(1)}×`;
  });
  load.addEventListener('change', () => void send({ command: 'load', value: Number(load.value) }));
  const speed = document.getElementById('speed');
  speed.addEventListener('change', () => void send({ command: 'speed', value: Number(speed.value) }));
  const pause = document.getElementById('pause');
  pause.addEventListener(
    'click',
    () => void send({ command: 'pause', value: pause.textContent === 'Pause' }),
  );
  const buttons = controls.faults.map((fault) => {
    const button = element('button', { type: 'button' }, fault.label);
    button.addEventListener('click', () => void send({ command: 'fault', value: fault.name }));
    return button;
  });
  document.getElementById('faults').replaceChildren(...buttons);
  replace('how-to-edit', [
    element(
      'p',
      { class: 'muted' },
      'The policy is a file in Git. Edit it, commit, and watch the next decision name the commit:',
    ),
    element('pre', {}, controls.howToEdit.join('\n')),
  ]);
}

async function send(command) {
  const answer = document.getElementById('control-answer');
  try {
    const response = await fetch('/api/controls', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
    });
    answer.textContent = (await response.json()).text;
  } catch (error) {
    answer.textContent = `SmartScale did not answer: ${error.message}`;
  }
}
