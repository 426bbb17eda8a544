import { html, nothing, type TemplateResult } from 'lit-html';
import { type TextField, textField } from './field.ts';

/** 32 characters, so that five random bits are one; none looks like another. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
const groups = 4;
const groupLength = 5;

/** A password of 100 random bits that can be read aloud: `h7k2m-…`. */
function generatePassword(): string {
  const letters = crypto.getRandomValues(new Uint8Array(groups * groupLength));
  const groupAt = (start: number): string =>
    Array.from(letters.subarray(start, start + groupLength), (byte) => alphabet[byte % alphabet.length]).join('');
  return Array.from({ length: groups }, (_, group) => groupAt(group * groupLength)).join('-');
}

export interface PasswordField extends Omit<TextField, 'type' | 'autocomplete' | 'beside'> {
  readonly shown: boolean;
  show(shown: boolean): void;
  generated(password: string): void;
  copied(): void;
}

/** A password that can be generated, shown and, where the browser allows it, copied. */
export const passwordField = (field: PasswordField): TemplateResult =>
  textField({
    ...field,
    type: field.shown ? 'text' : 'password',
    autocomplete: 'new-password',
    beside: html`
      <button type="button" aria-pressed=${field.shown ? 'true' : 'false'} @click=${() => field.show(!field.shown)}>
        Show
      </button>
      ${
        // Browsers have no clipboard for pages that come over plain HTTP from another machine.
        navigator.clipboard && field.value
          ? html`<button
              type="button"
              @click=${async () => {
                await navigator.clipboard.writeText(field.value);
                field.copied();
              }}
            >
              Copy
            </button>`
          : nothing
      }
      <button type="button" @click=${() => field.generated(generatePassword())}>Generate</button>`,
  });
