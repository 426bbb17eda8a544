import { createHash } from 'node:crypto';
import { MissingKey, type SecretBox } from '../secrets/secret-box.ts';
import type { CheckedCompany, CompanyRequest } from './company-request.ts';
import type { CompanyRow } from './tables.ts';

/** A request as it was sent, and what the checks made of it. */
export interface SentRequest {
  readonly sent: CompanyRequest;
  readonly checked: CheckedCompany & { readonly draft: boolean };
}

/**
 * A digest of what the client itself sent, in normal form: stable whatever the server fills in,
 * such as the address of the client's token or the default apps. It needs no key, since it covers
 * nothing that is not in the company's row: the password is left out.
 */
export function requestDigest({ sent, checked }: SentRequest): string {
  const { adminPassword: _secret, idempotencyKey: _found, locale, externalReference, metadata, ...rest } = checked;
  const given = {
    ...rest,
    apps: sent.apps == null ? null : checked.apps,
    customerEmail: sent.customerEmail == null ? null : checked.customerEmail,
    // Later versions added these: a request without them keeps the digest that it had.
    ...(locale === null ? {} : { locale }),
    ...(externalReference === null ? {} : { externalReference }),
    ...(metadata.length === 0 ? {} : { metadata }),
  };
  const sorted = Object.entries(given).sort(([one], [other]) => (one < other ? -1 : 1));
  return prefix + createHash('sha256').update(JSON.stringify(sorted)).digest('base64url');
}

const prefix = 'sha256.';

/** Whether the company was created by this very request. The password counts as long as the company has it. */
export function wasAskedForBy(company: CompanyRow, request: SentRequest, secrets: SecretBox): boolean {
  const { request_digest: digest } = company;
  const isSame = digest?.startsWith(prefix) ? digest === requestDigest(request) : isAsAskedFor(company, request);
  return isSame && hasPassword(company, request.checked.adminPassword, secrets);
}

/** For companies of earlier versions, whose digests held the password and needed its key: what never changes in a row. */
function isAsAskedFor(company: CompanyRow, { sent, checked }: SentRequest): boolean {
  return (
    company.company_name === checked.companyName &&
    company.company_abbr === checked.companyAbbr &&
    company.admin_email === checked.adminEmail &&
    company.default_currency === checked.defaultCurrency &&
    company.country === checked.country &&
    company.time_zone === checked.timeZone &&
    company.site_name === checked.siteName &&
    checked.locale === null &&
    checked.externalReference === null &&
    checked.metadata.length === 0 &&
    (sent.apps == null || JSON.stringify(company.apps) === JSON.stringify(checked.apps))
  );
}

function hasPassword(company: CompanyRow, password: string, secrets: SecretBox): boolean {
  if (company.sealed_password === null) return true;
  try {
    return secrets.open(company.sealed_password, company.site_name) === password;
  } catch (error) {
    if (error instanceof MissingKey) return true; // it cannot be compared any more
    throw error;
  }
}
