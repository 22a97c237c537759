import Page from '../find/SearchPage.svelte';
import { start } from '../state/start';

void start(Page);
