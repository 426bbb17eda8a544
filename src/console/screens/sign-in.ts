import { html, nothing, type TemplateResult } from 'lit-html';
import type { Screen } from '../app.ts';
import type { Session } from '../session.ts';

/** Asks for a token or an API key; `reason` says why the last one did not do. */
export function openSignIn(session: Session, reason: string | undefined, { signedIn }: { signedIn(): void }): Screen {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const entered = new FormData(event.target as HTMLFormElement);
    session.signIn(String(entered.get('token')).trim(), { keep: entered.has('keep') });
    signedIn();
  };
  return { title: () => 'Sign in', view: () => view(session.signInPage, reason, submit) };
}

const view = (
  signInPage: Session['signInPage'],
  reason: string | undefined,
  submit: (event: SubmitEvent) => void,
): TemplateResult => html`
  <section class="sheet sign-in">
    <h1>Sign in</h1>
    ${reason ? html`<p class="banner" role="alert">${reason}</p>` : nothing}
    ${signInPage ? html`<p><button class="primary" @click=${() => location.assign(signInPage())}>Go to the sign-in page</button></p><p class="note">Or enter a token or an API key:</p>` : nothing}
    <form @submit=${submit}>
      <label>Token or API key<input name="token" type="password" required autocomplete="off" autofocus spellcheck="false"></label>
      <label class="check"><input name="keep" type="checkbox">Remember it in this tab until it is closed</label>
      <button class="primary">Sign in</button>
    </form>
    <p class="note">A token comes from your login service; partners’ programs have API keys. On the machine that the service was
      started on, open the link that it printed instead.</p>
  </section>`;
