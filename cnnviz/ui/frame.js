// A control that moves is written into the address, and Streamlit makes an entry in the browser's history of each time: its back
// button would need dozens of presses to leave a lesson. A change on the same page replaces the entry instead.
if (!window.cnnvizHistory) {
  window.cnnvizHistory = true;
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) =>
    new URL(url ?? location.href, location.href).pathname === location.pathname
      ? history.replaceState(state, title, url)
      : push(state, title, url);
}
