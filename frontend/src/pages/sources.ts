import Page from '../trust/SourcesPage.svelte';
import { start } from '../state/start';

void start(Page);
