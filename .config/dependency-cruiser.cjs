// The import rules of docs/architecture.md: which room may import which. `npm run lint` also fails
// when fewer modules than expected were cruised, since a broken parser would otherwise pass in silence. Circles are found by oxlint
// (import/no-cycle): this tool cannot tell imports of types without the TypeScript compiler.
const room = (name) => `^src/${name}/`;
const may = (name, allowed) => ({
  name: `${name}-imports-only-what-it-may`,
  severity: 'error',
  comment: `src/${name} may import ${allowed.join(', ') || 'nothing'} (docs/architecture.md)`,
  from: { path: room(name) },
  to: {
    path: '^src/',
    pathNot: [room(name), ...allowed.map((a) => (a.endsWith('.ts') ? `^src/${a}$` : room(a)))],
  },
});
const npm = (pattern) => `node_modules/${pattern}`;

module.exports = {
  forbidden: [
    may('model', []),
    may('policy', ['model']),
    may('time', ['ports.ts']),
    // Of `time` only what is a plain calculation.
    may('decide', ['model', 'policy', 'time/backoff.ts']),
    {
      name: 'ports-import-only-the-model',
      severity: 'error',
      from: { path: '^src/ports.ts$' },
      to: { path: '^src/', pathNot: [room('model')] },
    },
    may('events', ['model', 'ports.ts']),
    may('observe', ['model', 'ports.ts', 'time', 'events', 'adapters']),
    may('act', ['model', 'ports.ts', 'time', 'events']),
    may('report', ['model', 'ports.ts', 'events']),
    may('catalogue', ['model']),
    may('adapters', ['model', 'ports.ts', 'time', 'events', 'catalogue']),
    may('demo-app', ['ports.ts', 'adapters/system']),
    may('simulate', [
      'model',
      'ports.ts',
      'events',
      'policy',
      'decide',
      'act',
      'catalogue',
      'controller.ts',
      'adapters/memory',
    ]),
    may('process', [
      'model',
      'policy',
      'ports.ts',
      'observe',
      'adapters',
      'report',
      'controller.ts',
      'demo-app',
    ]),
    may('use-cases', [
      'model',
      'policy',
      'ports.ts',
      'decide',
      'catalogue',
      'adapters',
      'report',
      'controller.ts',
      'simulate',
      'process',
    ]),
    // Words and types of what use cases answer come from model, policy and decide.
    may('commands', ['model', 'policy', 'decide', 'use-cases', 'process']),
    {
      name: 'only-commands-parse-the-command-line',
      severity: 'error',
      from: { path: '^src/', pathNot: room('commands') },
      to: { path: npm('commander/') },
    },
    {
      name: 'no-cycles-of-types-above-the-loop',
      severity: 'error',
      from: { path: '^src/(process|use-cases|commands)/' },
      to: { circular: true },
    },
    {
      name: 'the-controller-knows-no-simulation',
      severity: 'error',
      from: { path: '^src/loop/controller.ts$' },
      to: { path: ['simulate', 'process', 'use-cases', 'commands'].map(room).concat('^src/cli.ts$') },
    },
    {
      name: 'only-its-process-knows-the-demo-app',
      severity: 'error',
      comment: 'the demo app is a workload that is scaled, no part of what scales it',
      from: { path: '^src/', pathNot: ['^src/demo-app/', '^src/process/start-demo-app.ts$'] },
      to: { path: '^src/demo-app/' },
    },
    {
      name: 'decide-is-pure',
      severity: 'error',
      comment:
        'src/decide, src/model and src/policy have no I/O, clock or chance: no Node built-ins but crypto hashing in policy',
      from: { path: '^src/(decide|model)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'heavy-clients-only-in-adapters',
      severity: 'error',
      comment: 'each heavy client costs over a second and 85 MB to load',
      from: {
        path: '^src/',
        pathNot: ['^src/adapters/(kubernetes|ec2|sqs|dynamodb)/'],
      },
      to: {
        path: [npm('@kubernetes/client-node'), npm('@aws-sdk/'), npm('@smithy/')],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'circles of types count, too: whoever wants to move one file would have to move them all',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'src-never-imports-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|charts|bootstrap)/' },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    exclude: { path: '^src/report/page/assets' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
