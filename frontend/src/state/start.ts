/** What every page does first. */
import { mount, type Component } from 'svelte';
import '../design/index.css';
import { i18n } from '../i18n/language.svelte';
import { catalogue } from './catalogue.svelte';
import { theme } from './theme.svelte';

export async function start(page: Component): Promise<void> {
  void catalogue.load();
  theme.start();
  await i18n.start();
  const target = document.getElementById('app');
  if (!target) throw new Error('the page has no #app');
  mount(page, { target });
}
