import assert from 'node:assert/strict';
import type { CompanyId } from '../../src/company/company-id.ts';
import type { CompanyStore } from '../support/company-store.ts';
import { type CompanyModel, statusOf } from './company-model.ts';

/** The row, the log and the outbox match the model, and the token has not gone down. */
export async function assertKept(store: CompanyStore, id: CompanyId, model: CompanyModel): Promise<void> {
  const { company, events, mails } = await store.all(id);
  assert.ok(company.fencing_token >= model.token, `the token went from ${model.token} to ${company.fencing_token}`);
  model.token = company.fencing_token;
  assert.deepEqual(
    {
      log: events.map(({ status }) => status),
      row: {
        status: company.status,
        siteStatus: company.site_status,
        attempt: company.attempt,
        progress: company.progress,
        steps: company.steps.map(({ state }) => state),
        failure: company.failure?.reason ?? null,
        claims: company.claims,
        lease: company.leased_until
          ? { worker: company.leased_by, state: isAhead(company.leased_until) ? 'alive' : 'ran out' }
          : undefined,
        deadline: company.deadline_at ? (isAhead(company.deadline_at) ? 'ahead' : 'past') : 'none',
        cancelRequested: company.cancel_requested_at !== null,
        passwordKept: company.sealed_password !== null,
        address: company.customer_email,
      },
      mails: mails.map(({ attempt, kind, state, tries, due_at, try_until }) => ({
        attempt,
        kind,
        state,
        tries,
        trying: try_until ? (isAhead(try_until) ? 'alive' : 'silent') : 'nothing',
        paused: state === 'WAITING' && isAhead(due_at),
      })),
    },
    {
      log: model.log,
      row: {
        status: statusOf(model),
        siteStatus: model.siteStatus,
        attempt: model.attempt,
        progress: model.progress,
        steps: model.steps,
        failure: model.failure,
        claims: model.claims,
        lease: model.lease,
        deadline: model.deadline,
        cancelRequested: model.cancelRequested,
        passwordKept: model.passwordKept,
        address: model.address,
      },
      mails: model.mails,
    },
    `${id} is not as the model says`,
  );
}

/** All times are set seconds away from now, so that the clocks need not agree. */
const isAhead = (moment: Date): boolean => moment.getTime() > Date.now() + 500;
