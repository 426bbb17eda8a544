import { defineEntity, p } from '@mikro-orm/core';

/** How far the event log has been looked through for what endpoints want; one row. */
export const WebhookCursorSchema = defineEntity({
  name: 'WebhookCursor',
  tableName: 'webhook_cursor',
  properties: {
    /** Always true, so that there is one row. */
    isThis: p.boolean().primary().default(true),
    /** The position of the last event for which deliveries were made. */
    position: p.bigint(),
  },
});
