import Page from '../coverage/CoveragePage.svelte';
import { start } from '../state/start';

void start(Page);
