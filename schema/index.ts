import './date-time.ts';
import './company-status.ts';
import './problems.ts';
import './provisioning.ts';
import './company.ts';
import './company-status-change.ts';
import './create-company.ts';
import './provision-company.ts';
import './operations.ts';
import './undelivered-mail.ts';
import './resend-mail.ts';
import { builder } from './builder.ts';

/** The schema as it is served; `schema.graphql` beside this file is printed from it. It holds no connection. */
export const schema = builder.toSchema();
