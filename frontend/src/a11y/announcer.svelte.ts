/** What a screen reader should say although the focus is elsewhere. One polite region, in the page's frame. */
class Announcer {
  text = $state('');

  say(text: string): void {
    this.text = text;
  }
}

export const announcer = new Announcer();
