// An element on the whole screen.
/** Fills the screen with an element, or lets it go back. */
export function fullScreen(of: HTMLElement): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void of.requestFullscreen?.().catch(() => undefined); // pages may forbid it
}
