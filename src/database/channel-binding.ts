import { Client, type ClientConfig } from 'pg';

/** The server did not prove to be the other end of the TLS connection. */
export class ChannelNotBound extends Error {
  override readonly name = 'ChannelNotBound';
  override readonly message = 'channel_binding=require, and the server does not log in by SCRAM-SHA-256-PLUS over TLS';
}

/** libpq's `channel_binding=require`: no log-in but by SCRAM with the channel bound, and no password in any other way. */
export class ChannelBindingClient extends Client {
  isBound = false;

  constructor(config?: ClientConfig) {
    super(config);
    const { connection } = this;
    const refuse = (): void => {
      connection.stream.destroy(new ChannelNotBound());
    };
    // Before the driver's own listeners, which would answer: nothing can be written to a stream that is destroyed.
    connection.prependListener('authenticationCleartextPassword', refuse);
    connection.prependListener('authenticationMD5Password', refuse);
    connection.prependListener('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
      this.isBound = mechanisms.includes('SCRAM-SHA-256-PLUS');
      if (!this.isBound) refuse();
    });
  }
}
