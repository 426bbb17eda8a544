import { renderGraphiQL as renderPage } from '@graphql-yoga/render-graphiql';
import type { GraphiQLOptions } from 'graphql-yoga';
import { exampleOperations } from './example-operations.ts';

export const graphiqlOptions: GraphiQLOptions = {
  title: 'Company Provisioning',
  defaultTabs: exampleOperations,
  subscriptionsProtocol: 'SSE',
  shouldPersistHeaders: false,
};

// Tabs that come with the page are animated from somewhere else, and the first click on one would miss it.
const steadyTabs = '<style>.graphiql-tabs > li { transform: none !important; }</style>';

/** GraphiQL as one page that loads nothing from anywhere else. */
export const renderGraphiQL = (options?: GraphiQLOptions): string =>
  renderPage(options).replace('</head>', () => `${steadyTabs}</head>`);
