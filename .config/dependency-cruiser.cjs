// The import rules of docs/architecture.md: which room may import which, which floor of a room stands on which, and through which
// door a room is entered. `npm run lint` also fails when fewer modules than expected were cruised, since a broken parser would
// otherwise pass in silence.
const escaped = (path) => path.replaceAll('.', String.raw`\.`);
const inside = (path) => (path.endsWith('.ts') ? `^${escaped(path)}$` : `^${escaped(path)}(/|\\.ts$)`);
const npm = (pattern) => `node_modules/${pattern}`;

/** Of `src/`: what each room may import beside itself. A room that is not named may import everything. */
const ROOMS = {
  model: [],
  'ports.ts': ['model'],
  time: ['ports.ts'],
  events: ['model', 'ports.ts'],
  policy: ['model'],
  catalogue: ['model'],
  packing: ['model'],
  // Of `time` only what is a plain calculation.
  decide: ['model', 'policy', 'packing', 'time/backoff.ts'],
  observe: ['model', 'ports.ts', 'time', 'events'],
  act: ['model', 'ports.ts', 'time', 'events'],
  report: ['model', 'ports.ts', 'events'],
  adapters: ['model', 'ports.ts', 'time', 'events', 'catalogue'],
  loop: ['model', 'ports.ts', 'time', 'events', 'policy', 'packing', 'decide', 'observe', 'act'],
  simulate: ['model', 'ports.ts', 'time', 'events', 'policy', 'catalogue', 'adapters/memory'],
  'demo-app': ['ports.ts', 'adapters/system'],
  process: [
    'model',
    'policy',
    'ports.ts',
    'time',
    'events',
    'observe',
    'adapters',
    'report',
    'loop',
    'demo-app',
  ],
  'use-cases': [
    'model',
    'ports.ts',
    'events',
    'policy',
    'catalogue',
    'packing',
    'decide',
    'adapters',
    'report',
    'loop',
    'simulate',
    'process',
  ],
  // Words and types of what use cases answer come from model, policy, packing and decide.
  commands: ['model', 'policy', 'packing', 'decide', 'use-cases', 'process'],
};

/** Floors of a room, from the ground up: each may import those that it names. Files beside the floors may import all of them. */
const FLOORS = {
  'src/packing': {
    rules: [],
    model: ['rules'],
    filling: ['rules', 'model'],
    search: ['rules', 'model', 'filling'],
    rehearsal: ['rules', 'model', 'filling'],
  },
  'src/decide': {
    text: [],
    state: ['text'],
    launch: ['text', 'state'],
    'warm-pool': ['text', 'state', 'launch'],
    disrupt: ['text', 'state', 'launch'],
    explain: ['text', 'state', 'launch', 'disrupt'],
  },
  'src/act': { core: [], launch: ['core'], remove: ['core'], recover: ['core'] },
  'src/adapters/kubernetes': {
    // The shapes of the API's objects, as the client has them.
    raw: [],
    client: [],
    watch: ['raw', 'client'],
    read: ['raw', 'watch'],
    write: ['raw', 'client', 'watch', 'read'],
    policy: ['client', 'watch'],
    events: ['client'],
    ledger: ['raw', 'client'],
  },
  'src/simulate': {
    base: [],
    faulty: ['base'],
    cluster: ['base'],
    load: ['base', 'cluster'],
    cloud: ['base', 'faulty'],
    judge: ['base'],
    world: ['base', 'faulty', 'cluster', 'load', 'cloud', 'judge'],
    process: ['base', 'world'],
    faults: ['base', 'faulty', 'cluster', 'load', 'cloud', 'world', 'process'],
    'story-file': ['base', 'cluster', 'load', 'world', 'faults'],
    run: ['base', 'load', 'judge', 'world', 'process', 'faults', 'story-file'],
    story: ['base', 'judge', 'faults', 'run'],
  },
};

/** Rooms whose floors are entered by one door: `rules.ts` beside `rules/` says what the others may use of it. */
const WITH_DOORS = ['src/packing', 'src/adapters/kubernetes'];

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `${room}-imports-only-what-it-may`,
  severity: 'error',
  comment: `src/${room} may import ${allowed.join(', ') || 'nothing'} (docs/architecture.md)`,
  from: { path: inside(`src/${room}`) },
  to: { path: '^src/', pathNot: [room, ...allowed].map((name) => inside(`src/${name}`)) },
}));

const floorRules = Object.entries(FLOORS).flatMap(([room, floors]) =>
  Object.entries(floors).map(([floor, allowed]) => ({
    name: `${floor}-of-${room}-stands-on-what-it-may`,
    severity: 'error',
    comment: `${room}/${floor} may import ${allowed.join(', ') || 'no other floor'} (docs/architecture.md)`,
    from: { path: inside(`${room}/${floor}`) },
    to: { path: `^${room}/`, pathNot: [floor, ...allowed].map((name) => inside(`${room}/${name}`)) },
  })),
);

const doorRules = WITH_DOORS.flatMap((room) =>
  Object.keys(FLOORS[room]).map((floor) => ({
    name: `${room}/${floor}-is-entered-by-its-door`,
    severity: 'error',
    comment: `import ${room}/${floor}.ts instead; what is missing there is added to it`,
    from: { path: '^src/', pathNot: [`^${room}/${floor}(/|\\.ts$)`] },
    to: { path: `^${room}/${floor}/` },
  })),
);

module.exports = {
  forbidden: [
    ...roomRules,
    ...floorRules,
    ...doorRules,
    {
      name: 'only-commands-parse-the-command-line',
      severity: 'error',
      from: { path: '^src/', pathNot: inside('src/commands') },
      to: { path: npm('commander/') },
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
        'src/decide, src/packing, src/model and src/policy have no I/O, clock or chance: no Node built-ins but crypto hashing in policy',
      from: { path: '^src/(decide|packing|model)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'heavy-clients-only-in-adapters',
      severity: 'error',
      comment: 'each heavy client costs over a second and 85 MB to load',
      from: { path: '^src/', pathNot: ['^src/adapters/(kubernetes|ec2|sqs|dynamodb)/'] },
      to: {
        path: [npm('@kubernetes/client-node'), npm('@aws-sdk/'), npm('@smithy/')],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'imports of types count, too: files that need each other to be understood are one file',
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
    enhancedResolveOptions: { extensions: ['.ts', '.js'], conditionNames: ['import', 'node', 'default'] },
  },
};
