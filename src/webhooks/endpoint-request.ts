import type { Fault } from '../company/company-request.ts';
import { mailAddressFault, parseMailAddress } from '../company/mail-address.ts';
import { endpointAddressFault } from './endpoint-address.ts';
import { type SentKind, usualKinds } from './message-type.ts';

/** What an owner says of their endpoint. */
export interface EndpointSettings {
  readonly url: string;
  readonly kinds: readonly SentKind[];
  readonly description: string;
  readonly contactEmail: string | null;
}

/** The same as it is sent. */
export interface EndpointInput {
  readonly url?: string | null | undefined;
  readonly eventTypes?: readonly SentKind[] | null | undefined;
  readonly description?: string | null | undefined;
  readonly contactEmail?: string | null | undefined;
}

type EndpointFault = Pick<Fault, 'code' | 'message'> & { readonly field: keyof EndpointInput };

const longestDescription = 200;

/** Why an endpoint cannot be as it is sent. */
export function faultsOfEndpoint(
  { url, eventTypes, description, contactEmail }: EndpointInput,
  { allowLoopback }: { readonly allowLoopback: boolean },
): readonly EndpointFault[] {
  const faults: EndpointFault[] = [];
  const add = (field: EndpointFault['field'], code: EndpointFault['code'], message: string): void =>
    void faults.push({ field, code, message });
  const addressFault = url == null ? undefined : endpointAddressFault(url, { allowLoopback });
  if (addressFault != null) add('url', 'INVALID_FORMAT', addressFault);
  if (eventTypes?.length === 0) add('eventTypes', 'REQUIRED', 'Name what the endpoint wants, or leave the field out.');
  else if (eventTypes && new Set(eventTypes).size < eventTypes.length)
    add('eventTypes', 'DUPLICATE', 'Name each type once.');
  if (description && description.length > longestDescription)
    add('description', 'TOO_LONG', `Shorten the description to ${longestDescription} characters.`);
  else if (description && /[\p{Cc}\p{Cs}]/u.test(description))
    add('description', 'INVALID_CHARACTERS', 'Leave out control characters.');
  const contactFault = contactEmail == null ? undefined : mailAddressFault(contactEmail);
  if (contactFault) add('contactEmail', contactFault, 'Write one plain mail address, such as dev@partner.example.');
  return faults;
}

/** The settings of a new endpoint, from what was sent without a fault. */
export const settingsFrom = (input: EndpointInput & { readonly url: string }): EndpointSettings => ({
  kinds: usualKinds,
  description: '',
  contactEmail: null,
  ...changesFrom(input),
  url: input.url,
});

/** The settings that are sent, without a fault. */
export const changesFrom = ({
  url,
  eventTypes,
  description,
  contactEmail,
}: EndpointInput): Partial<EndpointSettings> => ({
  ...(url != null && { url }),
  ...(eventTypes != null && { kinds: eventTypes }),
  ...(description != null && { description }),
  ...(contactEmail != null && { contactEmail: parseMailAddress(contactEmail) ?? null }),
});
