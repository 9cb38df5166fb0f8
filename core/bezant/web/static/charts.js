// One helper for every chart: data in <script type="application/json" id>, colours from tokens, SVG, redrawn when the appearance changes.
(() => {
  const css = () => { const style = getComputedStyle(document.documentElement); return name => style.getPropertyValue("--bz-" + name).trim(); };
  const compact = new Intl.NumberFormat(document.documentElement.lang || "en", { notation: "compact", maximumFractionDigits: 1 });
  const colour = i => "c" + Math.min(i + 1, 5);

  function series(s, i, data, v) {
    const last = s.data.length - 1;
    const bar = s.type === "bar";
    const values = s.data.map((y, x) => bar && s.open && x === last
      ? { value: y, itemStyle: { color: v("c6"), borderColor: v("c1"), borderType: [3, 2] } } : y);
    return bar
      ? { name: s.name, type: "bar", stack: data.stacked ? "all" : undefined, barMaxWidth: 34, data: values,
          itemStyle: { color: v(colour(i)), borderRadius: data.stacked ? 0 : [3, 3, 0, 0] } }
      : { name: s.name, type: "line", data: values, symbol: "circle", symbolSize: 7, lineStyle: { color: v(colour(i)), width: 2 },
          itemStyle: { color: v("surface"), borderColor: v(colour(i)), borderWidth: 2 } };
  }

  function option(data) {
    const v = css();
    return {
      animation: false, aria: { enabled: true, label: { description: data.title } },
      textStyle: { fontFamily: "Inter Variable, Inter, sans-serif", fontSize: 12, color: v("text-2") },
      grid: { left: 48, right: 8, top: 12, bottom: 26 },
      tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: v("raised"), borderColor: v("line-2"), textStyle: { color: v("text") } },
      xAxis: { type: "category", data: data.x, axisTick: { show: false }, axisLine: { lineStyle: { color: v("line-2") } }, axisLabel: { color: v("text-3") } },
      yAxis: { type: "value", splitNumber: 4, axisLabel: { color: v("text-3"), formatter: n => compact.format(n) }, splitLine: { lineStyle: { color: v("line") } } },
      series: data.s.map((s, i) => series(s, i, data, v)),
    };
  }

  function start(element) {
    if (element.dataset.drawn) return;
    element.dataset.drawn = "1";
    const data = JSON.parse(document.getElementById(element.dataset.chart).textContent);
    const chart = echarts.init(element, null, { renderer: "svg" });
    const draw = () => chart.setOption(option(data));
    draw();
    new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
    addEventListener("resize", () => chart.resize());
  }

  const all = root => root.querySelectorAll("[data-chart]").forEach(start);
  all(document);
  document.addEventListener("htmx:afterSettle", event => all(event.target));
})();
