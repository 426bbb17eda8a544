import './date-time.ts';
import './company-status.ts';
import './company-event-kind.ts';
import './provisioning.ts';
import './company.ts';
import './companies.ts';
import './company-health.ts';
import './company-status-change.ts';
import './provisioning-log.ts';
import './event-log.ts';
import './create-company.ts';
import './provision-company.ts';
import './cancel-provisioning.ts';
import './correct-company.ts';
import './delete-draft.ts';
import './create-stream-token.ts';
import './service-status.ts';
import './mail.ts';
import './audit-log.ts';
import './revocations.ts';
import './api-keys.ts';
import './manage-api-keys.ts';
import { audited } from './audited.ts';
import { builder } from './builder.ts';
import { describeScopes } from './describe-scopes.ts';

/** The schema as it is served; `schema.graphql` beside this file is printed from it. It holds no connection. */
export const schema = describeScopes(audited(builder.toSchema()));
