/** `![text](target)` alone in its line. */
const PICTURE = /^!\[[^\]]*\]\((?!https?:)[^)]*\)\n+/gm;

/** `[text](target)`, where the target is a file of the repository. */
const LINK = /\[([^\]]+)\]\((?!https?:|#|mailto:)([^)\s]+)\)/g;

/**
 * The README as it lies in the package. Grafana shows it on the page of the plugin, where neither a picture nor a link
 * beside it would be found: a link is its text, and pictures are the screenshots that `plugin.json` names.
 */
export function packagedReadme(readme: string): string {
  return readme.replace(PICTURE, '').replace(LINK, '$1');
}
