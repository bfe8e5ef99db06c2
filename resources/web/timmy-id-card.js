// SPDX-FileCopyrightText: the Timmy Tower Console authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Timmy's identity card for any web page:
//   <script src="https://tower.example/timmy-id-card.js" async></script>
(function () {
  'use strict';

  const cardId = 'timmy-id-card';
  const refreshMs = 60000;
  const patienceMs = 10000;
  const saidMs = 2000;

  // Modules have no current script; the page's own one of this name is as good.
  const script = document.currentScript || document.querySelector('script[src*="timmy-id-card.js"]');
  const source = new URL('api/identity/timmy', script ? script.src : document.baseURI);
  let timmy = null;

  function element(parent, name, text, style) {
    const made = document.createElement(name);
    made.textContent = text;
    Object.assign(made.style, style);
    parent.append(made);
    return made;
  }

  // What the answer says is shown as text alone, and only when it has the form that it should have.
  function read(answer) {
    const isNpub = typeof answer.npub === 'string' && /^npub1[02-9ac-hj-np-z]{58}$/.test(answer.npub);
    if (!isNpub || !Number.isSafeInteger(answer.zapCount) || answer.zapCount < 0)
      throw new TypeError('not an identity');
    return { npub: answer.npub, zapCount: answer.zapCount };
  }

  function short(npub) {
    return npub.slice(0, 9) + '…' + npub.slice(-6);
  }

  async function copied(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // No clipboard outside https, or no permission: the old way needs neither.
      const field = element(document.body, 'textarea', '', { position: 'fixed', opacity: '0' });
      field.value = text;
      field.select();
      const done = document.execCommand('copy');
      field.remove();
      return done;
    }
  }

  function build() {
    if (document.getElementById(cardId))
      return;
    const card = element(document.body, 'div', '', {
      position: 'fixed', right: '16px', bottom: '16px', zIndex: '2147483000', maxWidth: 'calc(100vw - 32px)',
      boxSizing: 'border-box', padding: '10px 14px', borderRadius: '10px', cursor: 'pointer',
      background: '#1b1e25', color: '#f2f3f5', border: '1px solid #4a5060', textAlign: 'left',
      font: '13px/1.5 system-ui, sans-serif', boxShadow: '0 4px 16px rgba(0, 0, 0, 0.3)',
    });
    card.id = cardId;
    card.setAttribute('role', 'complementary');
    card.setAttribute('aria-label', 'Timmy');
    element(card, 'div', 'Timmy', { fontWeight: '600' });
    const key = element(card, 'button', '…', {
      all: 'unset', display: 'block', cursor: 'pointer', color: '#9ecbff',
      font: '13px/1.5 ui-monospace, monospace',
    });
    key.type = 'button';
    key.addEventListener('focus', () => { key.style.outline = '2px solid #9ecbff'; });
    key.addEventListener('blur', () => { key.style.outline = 'none'; });
    const zaps = element(card, 'div', '…', {});
    zaps.setAttribute('role', 'status');

    let saying = 0;
    function show() {
      if (!timmy)
        return;
      key.textContent = short(timmy.npub);
      key.title = 'Copy ' + timmy.npub;
      zaps.textContent = '⚡ ' + timmy.zapCount + (timmy.zapCount === 1 ? ' zap' : ' zaps');
    }

    card.addEventListener('click', async () => {
      if (!timmy)
        return;
      zaps.textContent = await copied(timmy.npub) ? 'Copied' : 'Copying is not allowed here';
      clearTimeout(saying);
      saying = setTimeout(() => { saying = 0; show(); }, saidMs);
    });

    // What was learnt stays on the card while the tower can't be reached.
    async function refresh() {
      const patience = new AbortController();
      const deadline = setTimeout(() => patience.abort(), patienceMs);
      try {
        const response = await fetch(source, { credentials: 'omit', signal: patience.signal });
        if (!response.ok)
          throw new Error(String(response.status));
        timmy = read(await response.json());
        card.style.opacity = '1';
        if (!saying)
          show();
      } catch {
        card.style.opacity = '0.6';
      } finally {
        clearTimeout(deadline);
      }
    }

    refresh();
    setInterval(refresh, refreshMs);
  }

  if (document.body)
    build();
  else
    document.addEventListener('DOMContentLoaded', build);
})();
