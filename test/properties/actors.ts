import type { Scheduler } from 'fast-check';
import type { CompanyId } from '../../src/company/company-id.ts';
import { type Notifier, openNotifier } from '../../src/company/notifier.ts';
import { deliverMail } from '../../src/mail/deliver-mail.ts';
import { openMailAccount } from '../../src/mail/mail-account.ts';
import type { MailContent } from '../../src/mail/render-mail.ts';
import type { Log } from '../../src/observability/log.ts';
import { Interruption } from '../../src/provisioning/interruption.ts';
import { runAttempt } from '../../src/provisioning/run-attempt.ts';
import type { CompanyStore } from '../support/company-store.ts';
import { type LossyChannel, lossyChannel } from './lossy-channel.ts';
import { type History, recordingHost } from './recording-host.ts';
import { type RecordingSmtp, recordingSmtp } from './recording-smtp.ts';
import type { Scenario } from './scenario.ts';
import { openSimulation, type Simulation } from './simulation.ts';

/** All who take part in one run, and the histories of what they did. */
export interface Actors {
  readonly store: CompanyStore;
  readonly simulation: Simulation;
  readonly channel: LossyChannel;
  readonly notifier: Notifier;
  readonly history: History;
  readonly smtp: RecordingSmtp;
  readonly log: Log;
  provision(id: CompanyId, worker: string): Promise<void>;
  deliver(id: CompanyId, worker: string): Promise<void>;
  /** All workers shut down; new ones get the next notifications. */
  shutDown(): void;
}

export function openActors(store: CompanyStore, scheduler: Scheduler, drawn: Scenario): Actors {
  const simulation = openSimulation(store.db, scheduler, new Map(drawn.faults));
  const channel = lossyChannel(oneByOne(drawn.lost, false));
  const mode = oneByOne(drawn.steps, 'works');
  const { host, history } = recordingHost(simulation.turn, () => (simulation.isCalm ? 'works' : mode()));
  const smtp = recordingSmtp(simulation.turn, oneByOne(drawn.mails, 'accepts'));
  const common = store.provisioning(host);
  let shutdown = new AbortController();

  const heard = oneByOne(drawn.heard, 1);
  /** Workers that get the notification start in turn. Once it is calm, work is looked for instead. */
  const wake = (work: (worker: string) => Promise<void>): void => {
    for (let left = simulation.isCalm ? 0 : heard(); left > 0; left -= 1) {
      const worker = `worker ${left}`;
      simulation.start(() => simulation.turn(`${worker} is notified`).then(() => work(worker)));
    }
  };
  const account = openMailAccount(common.metrics, common.log);
  const actors: Actors = {
    store,
    simulation,
    channel,
    history,
    smtp,
    log: common.log,
    notifier: openNotifier({
      watchers: channel.announce,
      workers: (id) => wake((worker) => actors.provision(id, worker)),
      mailers: (id) => wake((worker) => actors.deliver(id, worker)),
      readers() {},
    }),
    async provision(id, worker) {
      await runAttempt(
        { ...common, db: simulation.dbOf(worker), notifier: actors.notifier, worker },
        id,
        shutdown.signal,
      );
    },
    deliver: (id, worker) => deliverMail({ ...common, db: simulation.dbOf(worker), smtp, account, ...mailing }, id),
    shutDown() {
      shutdown.abort(new Interruption('shutdown'));
      shutdown = new AbortController();
    },
  };
  return actors;
}

/** The next item of the list each time, and after its end what happens when all is well. */
const oneByOne = <Item>(list: readonly Item[], allWell: Item): (() => Item) => {
  const left = list.values();
  return () => left.next().value ?? allWell;
};

/** Mails that say only what tells them apart. */
const mailing = {
  render: (content: MailContent) => ({
    language: 'en',
    subject: content.kind,
    html: '',
    text: content.kind === 'SITE_READY' ? content.adminPassword : content.kind === 'SITE_FAILED' ? content.reason : '',
  }),
  siteUrl: (siteName: string) => `http://${siteName}/`,
  supportEmail: 'support@hosting.example',
  sandbox: false,
};
