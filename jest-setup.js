import '@testing-library/jest-dom';
import { TextDecoder, TextEncoder } from 'util';

/** jsdom lays nothing out, so nothing is ever seen to change its size or to scroll into view. */
class NothingToObserve {
  observe() {}
  unobserve() {}
  disconnect() {}
}

// Texts and numbers are English, whatever the machine's language is.
window.grafanaBootData = { settings: { featureToggles: {} }, user: { language: 'en-US' } };

// What browsers have, Grafana's packages use and jsdom lacks.
Object.assign(global, { TextDecoder, TextEncoder });
window.matchMedia = (query) => ({
  media: query,
  matches: false,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
});
window.ResizeObserver = NothingToObserve;
window.IntersectionObserver = NothingToObserve;
HTMLCanvasElement.prototype.getContext = () => ({ measureText: (text) => ({ width: 8 * text.length }) });
