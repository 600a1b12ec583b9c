/** What `useRef` gives for an input element, in the types of React 18 as in those of React 19. */
export interface InputRef {
  readonly current: HTMLInputElement | null;
}
