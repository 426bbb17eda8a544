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
import { type Ledger, ledgerHost } from './ledger-host.ts';
import { type LedgerSmtp, ledgerSmtp } from './ledger-smtp.ts';
import { type LossyChannel, lossyChannel } from './lossy-channel.ts';
import type { Scenario } from './scenario.ts';
import { openStage, type Stage } from './stage.ts';

/** Everybody who takes part in one run, and the ledgers that are kept of them. */
export interface Cast {
  readonly store: CompanyStore;
  readonly stage: Stage;
  readonly channel: LossyChannel;
  readonly notifier: Notifier;
  readonly ledger: Ledger;
  readonly smtp: LedgerSmtp;
  readonly log: Log;
  provision(id: CompanyId, worker: string): Promise<void>;
  deliver(id: CompanyId, worker: string): Promise<void>;
  /** All workers stop what they are at; new ones hear the next rings. */
  shutDown(): void;
}

export function openCast(store: CompanyStore, scheduler: Scheduler, drawn: Scenario): Cast {
  const stage = openStage(store.db, scheduler, new Map(drawn.faults));
  const channel = lossyChannel(oneByOne(drawn.lost, false));
  const manner = oneByOne(drawn.steps, 'works');
  const { host, ledger } = ledgerHost(stage.turn, () => (stage.isCalm ? 'works' : manner()));
  const smtp = ledgerSmtp(stage.turn, oneByOne(drawn.mails, 'accepts'));
  const common = store.provisioning(host);
  let shutdown = new AbortController();

  const heard = oneByOne(drawn.heard, 1);
  /** Workers that get the notification start in turn. Once it is calm, work is looked for instead. */
  const wake = (work: (worker: string) => Promise<void>): void => {
    for (let left = stage.isCalm ? 0 : heard(); left > 0; left -= 1) {
      const worker = `worker ${left}`;
      stage.start(() => stage.turn(`${worker} is notified`).then(() => work(worker)));
    }
  };
  const account = openMailAccount(common.metrics, common.log);
  const cast: Cast = {
    store,
    stage,
    channel,
    ledger,
    smtp,
    log: common.log,
    notifier: openNotifier({
      watchers: (id) => channel.announce(id),
      workers: (id) => wake((worker) => cast.provision(id, worker)),
      mailers: (id) => wake((worker) => cast.deliver(id, worker)),
    }),
    async provision(id, worker) {
      await runAttempt({ ...common, db: stage.dbOf(worker), notifier: cast.notifier, worker }, id, shutdown.signal);
    },
    deliver: (id, worker) => deliverMail({ ...common, db: stage.dbOf(worker), smtp, account, ...mailing }, id),
    shutDown() {
      shutdown.abort(new Interruption('shutdown'));
      shutdown = new AbortController();
    },
  };
  return cast;
}

/** The next item of the list each time, and behind its end what is there when all is well. */
const oneByOne = <Item>(list: readonly Item[], allWell: Item): (() => Item) => {
  const left = list.values();
  return () => left.next().value ?? allWell;
};

/** Mails that say only what tells them apart. */
const mailing = {
  render: (content: MailContent) => ({
    subject: content.kind,
    html: '',
    text: content.kind === 'SITE_READY' ? content.adminPassword : content.reason,
  }),
  siteUrl: (siteName: string) => `http://${siteName}/`,
  supportEmail: 'support@hosting.example',
  sandbox: false,
};
