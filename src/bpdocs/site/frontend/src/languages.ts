// Material leaves the header as it is when it moves to another page of the site, so the links to
// the other language are taken from the new page's head, and keep the section that is in view.

/** `leaveFor` is called when the reader follows one; it loads another page, of another build. */
export function keepLanguageLinks(leaveFor: () => void): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".md-select__link[hreflang]")) {
    const page = document.head.querySelector<HTMLLinkElement>(
      `link[rel~=alternate][hreflang="${link.hreflang}"]`,
    );
    if (page) link.href = page.href;
    link.onclick = () => {
      link.hash = location.hash;
      leaveFor();
    };
  }
}
