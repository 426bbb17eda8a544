// The rules of a company as plain values, written from what ARCHITECTURE.md promises not from the code under test.

import assert from 'node:assert/strict';
import type { StepState } from '../../src/company/company.ts';
import type { FailureReason } from '../../src/company/failure.ts';
import type { MailKind } from '../../src/company/outbox-mail.ts';
import type { CompanyStatus, SiteStatus } from '../../src/company/status.ts';
import { legalTransitions } from '../support/event-log.ts';

/** The steps of every site here, in order. */
export const stepNames = ['preflight', 'create-site', 'set-up'] as const;

export interface CompanyModel {
  readonly siteName: string;
  readonly owner: string;
  readonly key: string | null | undefined;
  /** Everything that was asked for, as one text. */
  readonly request: string;
  /** Whom to mail. */
  address: string;
  /** The status of every event; the last one is the company's. */
  readonly log: CompanyStatus[];
  siteStatus: SiteStatus;
  attempt: number;
  progress: number;
  steps: StepState[];
  failure: FailureReason | null;
  /** The newest known fencing token. */
  token: number;
  /** The claim that may write; none of them once the company was queued again. */
  holder: ClaimModel | undefined;
  /** How often the attempt was claimed and not released. */
  claims: number;
  lease: { readonly worker: string; state: 'alive' | 'ran out' } | undefined;
  deadline: 'none' | 'ahead' | 'past';
  cancelRequested: boolean;
  passwordKept: boolean;
  readonly mails: MailModel[];
  readonly everyClaim: ClaimModel[];
  readonly everyTry: TryModel[];
}

/** A claim that a worker was given, and how often it has written. */
export interface ClaimModel {
  written: number;
}

export interface MailModel {
  readonly attempt: number;
  readonly kind: MailKind;
  state: 'WAITING' | 'SENT' | 'REFUSED';
  tries: number;
  /** What is known of the newest delivery attempt. */
  trying: 'nothing' | 'alive' | 'silent';
  paused: boolean;
}

/** A try of sending, known by its mail and its number. */
export interface TryModel {
  readonly mail: MailModel;
  readonly number: number;
}

export const statusOf = ({ log }: CompanyModel): CompanyStatus => log.at(-1) ?? assert.fail('a company has a log');

export const newCompany = (
  wanted: Pick<CompanyModel, 'siteName' | 'owner' | 'key' | 'request'>,
  draft: boolean,
): CompanyModel => ({
  ...wanted,
  address: `${wanted.owner}@customers.example`,
  log: [draft ? 'DRAFT' : 'QUEUED'],
  siteStatus: 'NOT_CREATED',
  attempt: draft ? 0 : 1,
  progress: 0,
  steps: [],
  failure: null,
  token: 0,
  holder: undefined,
  claims: 0,
  lease: undefined,
  deadline: 'none',
  cancelRequested: false,
  passwordKept: true,
  mails: [],
  everyClaim: [],
  everyTry: [],
});

function move(company: CompanyModel, to: CompanyStatus): void {
  assert.ok(legalTransitions.has(`${statusOf(company)} → ${to}`), `the model itself went ${statusOf(company)} → ${to}`);
  company.log.push(to);
}

/** DRAFT or FAILED → QUEUED, a new attempt that no earlier worker may write to. */
export function queue(company: CompanyModel): boolean {
  if (!['DRAFT', 'FAILED'].includes(statusOf(company))) return false;
  move(company, 'QUEUED');
  company.attempt += 1;
  company.holder = undefined;
  Object.assign(company, { progress: 0, claims: 0, failure: null, deadline: 'none', cancelRequested: false });
  return true;
}

/** What waits is a draft again; what is being worked on is asked to stop, once. */
export function cancel(company: CompanyModel): boolean {
  const status = statusOf(company);
  if (status === 'QUEUED') move(company, 'DRAFT');
  else if (status !== 'PROVISIONING') return false;
  else if (!company.cancelRequested) {
    move(company, 'PROVISIONING');
    company.cancelRequested = true;
  }
  return true;
}

const mostClaims = 3;
const isFree = ({ lease }: CompanyModel): boolean => lease?.state !== 'alive';
const isOver = ({ claims, deadline }: CompanyModel): boolean => claims >= mostClaims || deadline === 'past';

export const waits = (company: CompanyModel): boolean =>
  statusOf(company) === 'QUEUED' || (statusOf(company) === 'PROVISIONING' && isFree(company) && !isOver(company));

/** Nobody will finish it: nobody holds it, and its claims or its time are used up. */
export const isLost = (company: CompanyModel): boolean =>
  statusOf(company) === 'PROVISIONING' && isFree(company) && isOver(company);

export function claim(company: CompanyModel, worker: string): ClaimModel | undefined {
  if (!waits(company)) return undefined;
  move(company, 'PROVISIONING');
  company.siteStatus = 'CREATING';
  company.claims += 1;
  company.lease = { worker, state: 'alive' };
  if (company.deadline === 'none') company.deadline = 'ahead';
  company.holder = { written: 0 };
  company.everyClaim.push(company.holder);
  return company.holder;
}

/** Only the newest claim writes, and only while the attempt is not over. */
export const mayWrite = (company: CompanyModel, by: ClaimModel): boolean =>
  by === company.holder && statusOf(company) === 'PROVISIONING';

export const mayHandBack = (company: CompanyModel, by: ClaimModel): boolean =>
  mayWrite(company, by) && company.lease !== undefined;

/** Handing back is no loss, so it is no claim that counts. */
export function handBack(company: CompanyModel): void {
  company.lease = undefined;
  company.claims -= 1;
}

/** What a claim writes next: the plan, then each step's start and end. */
export const nextWrite = ({ written }: ClaimModel): { index: number; state: 'PLAN' | 'RUNNING' | 'DONE' } =>
  written === 0
    ? { index: 0, state: 'PLAN' }
    : { index: Math.floor((written - 1) / 2), state: written % 2 === 1 ? 'RUNNING' : 'DONE' };

export const percentAt = ({ written }: ClaimModel): number => 10 * written;

/** The plan is not an event; what earlier claims recorded of the steps stays. */
export function work(company: CompanyModel, by: ClaimModel): void {
  const { index, state } = nextWrite(by);
  if (state === 'PLAN') company.steps = stepNames.map((_, place) => company.steps[place] ?? 'WAITING');
  else {
    company.steps[index] = state;
    report(company, percentAt(by));
  }
  by.written += 1;
}

/** An event within the attempt; progress never goes back. */
export function report(company: CompanyModel, percent: number): void {
  move(company, 'PROVISIONING');
  company.progress = Math.max(company.progress, percent);
}

/** ACTIVE, or FAILED for a reason; either way one mail is pending and nobody owns the company. */
export function end(company: CompanyModel, failure: FailureReason | null): void {
  move(company, failure ? 'FAILED' : 'ACTIVE');
  company.siteStatus = failure ? 'INCOMPLETE' : 'ACTIVE';
  if (!failure) company.progress = 100;
  else company.steps = company.steps.map((state) => (state === 'RUNNING' ? 'FAILED' : state));
  company.failure = failure;
  company.lease = undefined;
  company.mails.push({
    attempt: company.attempt,
    kind: failure ? 'SITE_FAILED' : 'SITE_READY',
    state: 'WAITING',
    tries: 0,
    trying: 'nothing',
    paused: false,
  });
}

/** Lost with its workers, or out of time. */
export function giveUp(company: CompanyModel): FailureReason {
  const reason = company.deadline === 'past' ? 'TIMED_OUT' : 'WORKER_LOST';
  end(company, reason);
  return reason;
}

/** An operator sends a mail again, to another address perhaps; false when it was sent, or is being sent. */
export function resend(company: CompanyModel, mail: MailModel, address: string | undefined): boolean {
  if (mail.state === 'SENT' || mail.trying === 'alive') return false;
  Object.assign(mail, { state: 'WAITING', paused: false });
  if (address === undefined || address === company.address) return true;
  company.address = address;
  company.log.push(statusOf(company));
  return true;
}

/** The oldest mail that is due. */
export const dueMail = ({ mails }: CompanyModel): MailModel | undefined =>
  mails.find(({ state, trying, paused }) => state === 'WAITING' && trying !== 'alive' && !paused);

export function take(company: CompanyModel, mail: MailModel): TryModel {
  mail.tries += 1;
  mail.trying = 'alive';
  const taken = { mail, number: mail.tries };
  company.everyTry.push(taken);
  return taken;
}

/** Only the newest delivery attempt counts, and only until its outcome is recorded. */
export const counts = ({ mail, number }: TryModel): boolean => mail.tries === number && mail.trying !== 'nothing';

export function conclude(company: CompanyModel, { mail }: TryModel, outcome: 'sent' | 'refused' | 'deferred'): void {
  mail.trying = 'nothing';
  mail.paused = outcome === 'deferred';
  mail.state = outcome === 'sent' ? 'SENT' : outcome === 'refused' ? 'REFUSED' : 'WAITING';
  if (outcome === 'sent' && mail.kind === 'SITE_READY') company.passwordKept = false;
}
