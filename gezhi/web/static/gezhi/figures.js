// The interactive chart of the figures page: the library is fetched when somebody opens it, not before.
(() => {
  const box = document.querySelector("[data-series]");
  if (!box) return;
  const place = box.querySelector("[data-series-chart]");
  const none = box.querySelector("[data-series-none]");
  const said = JSON.parse(document.getElementById("figure-series").textContent);
  none.hidden = true;

  function draw() {
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--ink").trim() || "#222";
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const chart = window.echarts.init(place);
    chart.setOption({
      animation: !calm,
      textStyle: { color: ink },
      legend: { type: "scroll", textStyle: { color: ink } },
      tooltip: { trigger: "axis", renderMode: "richText" },
      grid: { left: 48, right: 16, top: 48, bottom: 32 },
      xAxis: { type: "category", data: said.months, axisLabel: { color: ink } },
      yAxis: { type: "value", min: 0, max: 100, axisLabel: { formatter: "{value}%", color: ink } },
      series: said.lines.map((line) => ({ name: line.name, type: "line", data: line.values, connectNulls: false })),
    });
    addEventListener("resize", () => chart.resize());
  }

  box.addEventListener("toggle", () => {
    if (!box.open || box.dataset.begun) return;
    box.dataset.begun = "1";
    const script = document.createElement("script");
    script.src = box.dataset.series;
    script.onload = draw;
    script.onerror = () => {
      none.hidden = false;
    };
    document.head.append(script);
  });
})();
