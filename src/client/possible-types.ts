/** The types that each interface and union may be: `new InMemoryCache({ possibleTypes })` of Apollo Client. */
export const possibleTypes = {
  CancelProvisioningResult: ['CancelProvisioningSuccess', 'NotFound', 'WrongStatus'],
  CreateCompanyResult: [
    'CreateCompanySuccess',
    'IdempotencyKeyReused',
    'QuotaExceeded',
    'SiteNameTaken',
    'ValidationError',
  ],
  FieldProblem: [
    'IdempotencyKeyReused',
    'MailAlreadySent',
    'MailBeingSent',
    'MailNotFound',
    'NotFound',
    'SiteNameTaken',
    'WrongStatus',
  ],
  Problem: [
    'IdempotencyKeyReused',
    'MailAlreadySent',
    'MailBeingSent',
    'MailNotFound',
    'NotFound',
    'QuotaExceeded',
    'SiteNameTaken',
    'ValidationError',
    'WrongStatus',
  ],
  ProvisionCompanyResult: ['NotFound', 'ProvisionCompanySuccess', 'QuotaExceeded', 'WrongStatus'],
  ResendMailResult: ['MailAlreadySent', 'MailBeingSent', 'MailNotFound', 'ResendMailSuccess', 'ValidationError'],
  RevokeTokensResult: ['RevokeTokensSuccess', 'ValidationError'],
};
