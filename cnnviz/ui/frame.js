// A control that moves is written into the address, and Streamlit makes an entry in the browser's history of each time: its back
// button would need dozens of presses to leave a lesson. A change on the same page replaces the entry instead.
// On the way to another lesson Streamlit first takes the controls out of the address that is left; Back would find a bare one,
// so they are put back into the entry.
if (!window.cnnvizHistory) {
  const LEAVING = 1500;   // ms from there to the new lesson's address
  let left = null;        // the address before controls were taken out of it, and when that was
  window.cnnvizHistory = true;
  const push = history.pushState.bind(history);
  history.pushState = (state, title, url) => {
    const here = new URL(location.href), next = new URL(url ?? here, here);
    if (next.pathname === here.pathname) {
      const fewer = [...here.searchParams.keys()].some((key) => !next.searchParams.has(key));
      if (fewer) left = { address: here.href, state: history.state, time: performance.now() };
      history.replaceState(state, title, url);
      return;
    }
    if (left && performance.now() - left.time < LEAVING) history.replaceState(left.state, "", left.address);
    left = null;
    push(state, title, url);
  };
}
