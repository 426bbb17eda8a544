import { html, nothing, type TemplateResult } from 'lit-html';

/** What one control of a form is called and what is said about it. */
export interface Field {
  /** Its name in the API’s input, and its id in the page. */
  readonly name: string;
  readonly label: string;
  readonly optional?: boolean | undefined;
  /** Has a line of the form for itself. */
  readonly wide?: boolean | undefined;
  readonly hint?: TemplateResult | string | undefined;
  /** The API’s sentences about its value; none while there is nothing to say. */
  readonly faults: readonly (string | TemplateResult)[];
}

export interface TextField extends Field {
  readonly value: string;
  readonly type?: 'text' | 'email' | 'password' | undefined;
  /** The id of a datalist to choose from. */
  readonly list?: string | undefined;
  readonly placeholder?: string | undefined;
  /** What browsers may fill in. */
  readonly autocomplete?: 'organization' | 'email' | 'new-password' | undefined;
  /** Controls that belong to it and stand behind it. */
  readonly beside?: TemplateResult | undefined;
  /** Called for each edit. */
  edit(value: string): void;
  /** Called when the focus leaves it. */
  left?(): void;
}

/** A label, a control and what is said about it. */
export const labelled = (field: Field, control: TemplateResult): TemplateResult => html`
  <div class=${field.wide ? 'field wide' : 'field'}>
    <label for=${field.name}>${field.label}${field.optional ? html` <span class="quiet">(optional)</span>` : nothing}</label>
    ${control}
    ${remarks(field)}
  </div>`;

/** The hint and the faults, which `describedBy` connects with the control. */
export const remarks = ({ name, hint, faults }: Field): TemplateResult => html`
  ${faults.length > 0 ? html`<p class="fault" id="${name}-fault">${faults.map((fault) => html`${fault} `)}</p>` : nothing}
  ${hint ? html`<p class="hint" id="${name}-hint">${hint}</p>` : nothing}`;

export const describedBy = ({ name, hint, faults }: Field): string | typeof nothing =>
  [...(faults.length > 0 ? [`${name}-fault`] : []), ...(hint ? [`${name}-hint`] : [])].join(' ') || nothing;

export const textField = (field: TextField): TemplateResult =>
  labelled(
    field,
    html`<div class="beside">
      <input
        id=${field.name}
        name=${field.name}
        type=${field.type ?? 'text'}
        .value=${field.value}
        dir="auto"
        list=${field.list ?? nothing}
        placeholder=${field.placeholder ?? nothing}
        autocomplete=${field.autocomplete ?? 'off'}
        autocapitalize="off"
        spellcheck="false"
        aria-required=${field.optional ? nothing : 'true'}
        aria-invalid=${field.faults.length > 0 ? 'true' : nothing}
        aria-describedby=${describedBy(field)}
        @input=${({ target }: InputEvent) => field.edit((target as HTMLInputElement).value)}
        @blur=${field.left ?? nothing}
      />${field.beside ?? nothing}
    </div>`,
  );
