"use strict";
// Filters the trials. The page is whole without it.
(() => {
  const form = document.getElementById("filter");
  const count = document.getElementById("count");
  const nothing = document.getElementById("nothing");
  const topics = [...document.querySelectorAll(".topic")].map((node) => ({
    node,
    count: node.querySelector("h3 span"),
    trials: [...node.querySelectorAll(".trial")].map((trial) => ({
      node: trial,
      topic: node.dataset.topic,
      family: trial.dataset.family,
      differs: "differs" in trial.dataset,
      verdicts: trial.dataset.verdicts.split(" "),
    })),
  }));
  const trials = topics.flatMap((it) => it.trials);

  // What the form asks for; a filter that is not set is left out.
  const wanted = () => {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value) query.append(name, value);
    }
    return query;
  };

  const matches = (trial, query) => {
    const verdicts = query.getAll("verdict");
    const words = (query.get("text") || "").toLowerCase().split(/\s+/).filter(Boolean);
    // What a trial says is read when it is first asked for.
    if (words.length && !trial.text) trial.text = trial.node.textContent.toLowerCase();
    return (
      (!verdicts.length || verdicts.some((it) => trial.verdicts.includes(it))) &&
      (!query.has("topic") || query.get("topic") === trial.topic) &&
      (!query.has("family") || query.get("family") === trial.family) &&
      (!query.has("differs") || trial.differs) &&
      words.every((it) => trial.text.includes(it))
    );
  };

  const of = (shown, all) => (shown === all ? `${all}` : `${shown} of ${all}`);

  const show = () => {
    const query = wanted();
    let shown = 0;
    for (const topic of topics) {
      let own = 0;
      for (const trial of topic.trials) {
        const match = matches(trial, query);
        if (trial.node.hidden === match) trial.node.hidden = !match;
        own += match;
      }
      topic.count.textContent = of(own, topic.trials.length);
      topic.node.hidden = own === 0;
      shown += own;
    }
    count.textContent = `${of(shown, trials.length)} trials`;
    nothing.hidden = shown > 0;
    return query;
  };

  // The filter stands in the address, so that a view can be passed on.
  const changed = () => {
    const query = show().toString();
    history.replaceState(null, "", query ? `#?${query}` : "#trials");
  };

  const follow = () => {
    if (location.hash.startsWith("#?")) {
      const query = new URLSearchParams(location.hash.slice(2));
      for (const it of form.elements) {
        if (it.type === "checkbox") it.checked = query.getAll(it.name).includes(it.value);
        else if (it.name) it.value = query.get(it.name) || "";
      }
      show();
      document.getElementById("trials").scrollIntoView();
      return;
    }
    const target = document.getElementById(location.hash.slice(1));
    const trial = target && target.closest(".trial");
    if (!trial) return;
    if (trial.hidden) {
      form.reset();
      show();
    }
    trial.open = true;
    target.scrollIntoView();
  };

  let later;
  form.addEventListener("input", (event) => {
    clearTimeout(later);
    later = setTimeout(changed, event.target.type === "search" ? 120 : 0);
  });
  form.addEventListener("reset", () => setTimeout(changed));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("click", (event) => {
    const what = event.target.dataset.do;
    if (!what) return;
    for (const trial of trials) {
      if (what === "close") trial.node.open = false;
      else if (!trial.node.hidden) trial.node.open = true;
    }
  });
  addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      form.elements.text.focus();
    }
  });
  addEventListener("hashchange", follow);
  form.hidden = false;
  follow();
})();
