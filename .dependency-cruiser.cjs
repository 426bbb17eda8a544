// The rooms of the house and what each may import; the libraries and the one room that speaks to each.

/** Room → the rooms of ours that it may import, beside itself, the log and the metrics. */
const rooms = {
  'src/company': [],
  'src/access': [],
  'src/provisioning': ['src/company'],
  'src/mail': ['src/company'],
  'src/live': ['src/company'],
  'src/database': ['src/company'],
  'src/embedded': [],
  'src/client': [],
  'src/demo': ['src/client'],
  'src/http': ['schema', 'src/live', 'src/access'],
  schema: ['src/access', 'src/company', 'src/provisioning', 'src/mail', 'src/live'],
  jobs: ['src/company', 'src/provisioning', 'src/mail', 'src/live'],
};

/** Library → the only places that may import it; tests may use what they need. */
const libraries = {
  'bee-queue': 'jobs',
  ioredis: 'src/live',
  'graphql-redis-subscriptions': 'src/live',
  nodemailer: 'src/mail',
  eta: 'src/mail',
  juice: 'src/mail',
  jose: 'src/access',
  pino: 'src/log.ts',
  'prom-client': 'src/metrics.ts',
  'graphql-yoga': 'src/http',
  'graphql-ws': 'src/http',
  'graphql-sse': 'src/client',
  'smtp-server': 'src/embedded',
  mailparser: 'src/embedded',
  'js-redis-server': 'src/embedded',
  '@electric-sql': 'src/(embedded|database)',
  '@mikro-orm/(postgresql|pglite|migrations)': 'src/database',
  '@pothos': 'schema',
};

const entries = '^src/(main|api|worker|demo|migrate)\\.ts$';
const escaped = (path) => path.replace(/\//g, '\\/');

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'entries-are-not-imported', severity: 'error', from: {}, to: { path: entries } },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room} imports only ${[...allowed, 'itself'].join(', ')}`,
      severity: 'error',
      from: { path: `^${room}/` },
      to: { path: '^(src|schema|jobs|test)/', pathNot: [...allowed, room].map((name) => `^${name}/`).concat('^src/(log|metrics)\\.ts$') },
    })),
    ...Object.entries(libraries).map(([library, room]) => ({
      name: `${library} is spoken to in ${room} only`,
      severity: 'error',
      from: { path: '^(src|schema|jobs)/', pathNot: `^${room}` },
      to: { path: `node_modules/${escaped(library)}(/|$)` },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'], extensions: ['.ts', '.js'] },
  },
};
