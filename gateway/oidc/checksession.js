// The OP iframe of OpenID Connect Session Management 1.0, 3.2: an application's page asks, as often as it likes, whether its person is still
// signed in as when it was told. Nothing is sent anywhere; the answer is worked out here, from a cookie that this script alone reads.
"use strict";
addEventListener("message", async ({ data, origin, source }) => {
  if (!source || source === window || origin === "null") return;
  const answer = (word) => source.postMessage(word, origin);
  const [, client, told, salt] = /^(\S{1,128}) ([0-9a-f]{64})\.([0-9a-f]{32})$/.exec(data) || [];
  if (!client || !crypto.subtle) return answer("error");
  const name = document.documentElement.dataset.cookie + "=";
  const cookie = document.cookie.split("; ").find((c) => c.startsWith(name)) || name;
  for (const word of cookie.slice(name.length).split(".")) {
    const bytes = new TextEncoder().encode(`${client} ${origin} ${word} ${salt}`);
    const hash = [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");
    if (word && hash === told) return answer("unchanged");
  }
  answer("changed");
});
