import type { CompanyQuotas } from '../company/quotas.ts';
import type { Config } from '../config/variables.ts';
import type { ApiOptions } from '../http/api.ts';

/** How many companies a customer or partner may have, as configured. */
export const companyQuotas = (config: Config): CompanyQuotas => ({
  customer: { perDay: config.CUSTOMER_COMPANIES_PER_DAY, waiting: config.CUSTOMER_COMPANIES_WAITING },
  partner: { perDay: config.PARTNER_COMPANIES_PER_DAY, waiting: config.PARTNER_COMPANIES_WAITING },
});

/** How much a viewer may ask of one process, as configured; operators have no limits. */
export const requestLimits = (config: Config): ApiOptions['limitsOf'] => {
  const customer = { requestsPerMinute: config.CUSTOMER_REQUESTS_PER_MINUTE, streams: config.CUSTOMER_STREAMS };
  const partner = { requestsPerMinute: config.PARTNER_REQUESTS_PER_MINUTE, streams: config.PARTNER_STREAMS };
  return ({ seesAll, namesCustomers }) => (seesAll ? undefined : namesCustomers ? partner : customer);
};
