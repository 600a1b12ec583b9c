const SIDE_PX = 2_000;

/** Gives every element a size: a combobox renders only the options that fit its list, and jsdom lays nothing out. */
export function layOutEverything(): void {
  jest.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(SIDE_PX);
  jest.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(SIDE_PX);
}
