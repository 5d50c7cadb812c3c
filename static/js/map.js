// The map that can be moved: Leaflet and the public data are fetched when somebody asks for them. Without this file the drawing remains.
"use strict";
(() => {
  const style = (name) => getComputedStyle(document.querySelector(".map")).getPropertyValue(name).trim();
  const TINTS = 5;

  function fetched(tag, attributes) {
    return new Promise((resolve, reject) => {
      const made = Object.assign(document.createElement(tag), attributes);
      made.addEventListener("load", resolve);
      made.addEventListener("error", reject);
      document.head.append(made);
    });
  }

  async function library(box) {
    if (!window.L) {
      await Promise.all([
        fetched("link", { rel: "stylesheet", href: box.dataset.style }),
        fetched("script", { src: box.dataset.script }),
      ]);
    }
    return window.L;
  }

  const ofKind = (data, kind) => ({ type: "FeatureCollection", features: data.features.filter((one) => one.properties.kind === kind) });

  function ground(L, map, data, own) {
    const add = (kind, look) => L.geoJSON(ofKind(data, kind), { style: look, interactive: false }).addTo(map);
    add("boundary", () => ({ color: style("--edge"), weight: 1, dashArray: "4 3", fillColor: style("--land"), fillOpacity: 1 }));
    let tint = 0;
    add("zone", () => {
      tint = (tint + 1) % TINTS;
      return { color: style("--paper"), weight: 1, fillColor: style(`--tint-${tint}`), fillOpacity: 0.85 };
    });
    add("water", () => ({ color: style("--water"), weight: 2, fillColor: style("--water"), fillOpacity: 1 }));
    add("way", () => ({ color: style("--way"), weight: 2 }));
    add("road", () => ({ color: style("--road-edge"), weight: 7 }));
    add("road", () => ({ color: style("--road"), weight: 5 }));
    const mine = (feature) => feature.properties.kind === "zone" && feature.properties.schools.some((code) => own.includes(code));
    L.geoJSON(data, { filter: mine, interactive: false, style: { color: style("--accent"), weight: 3, fill: false } }).addTo(map);
  }

  // Once there is room between the schools a road's name stands in its middle, and still nearer at both ends, too.
  function names(L, map, data) {
    const shares = [[14.5, 0.5], [15.5, 0.2], [15.5, 0.8]];
    const layers = shares.map(([from, share]) => {
      const layer = L.layerGroup();
      ofKind(data, "road").features.forEach(({ properties, geometry }) => {
        const line = [...geometry.coordinates].sort((a, b) => b.length - a.length)[0];
        const [longitude, latitude] = line[Math.floor(line.length * share)];
        const options = { permanent: true, direction: "center", className: "map-name road", interactive: false };
        layer.addLayer(L.tooltip([latitude, longitude], { ...options, content: properties.name }));
      });
      return [from, layer];
    });
    const show = () => layers.forEach(([from, layer]) => (map.getZoom() >= from ? layer.addTo(map) : layer.remove()));
    map.on("zoomend", show);
    show();
  }

  function schools(L, map, data, box) {
    const numbers = JSON.parse(box.dataset.numbers);
    const own = JSON.parse(box.dataset.own);
    const points = [];
    ofKind(data, "school").features.forEach(({ properties, geometry }) => {
      const at = [geometry.coordinates[1], geometry.coordinates[0]];
      const number = numbers[properties.code];
      const size = number ? 30 : 14;
      const icon = L.divIcon({ className: `map-number${own.includes(properties.code) ? " own" : ""}`, html: number ? String(number) : "", iconSize: [size, size] });
      const marker = L.marker(at, { icon, keyboard: false, interactive: false, zIndexOffset: number ? 1000 - number : 0 }).addTo(map);
      marker.getElement().dataset.qa = "map-school";
      if (number) {
        points.push(at);
        marker.bindTooltip(properties.name, { permanent: true, direction: "bottom", offset: [0, 12], className: "map-name" });
      } else {
        map.on("zoomend", () => {
          marker.unbindTooltip();
          if (map.getZoom() >= 14) { marker.bindTooltip(properties.name, { permanent: true, direction: "bottom", offset: [0, 5], className: "map-name" }); }
        });
      }
    });
    return points;
  }

  function home(L, map, box, points) {
    if (!box.dataset.home) { return; }
    const [longitude, latitude] = box.dataset.home.split(",").map(Number);
    const icon = L.divIcon({ className: "map-pin-place", html: '<span class="map-pin"></span>', iconSize: [24, 24], iconAnchor: [12, 29] });
    L.marker([latitude, longitude], { icon, title: box.dataset.homeName, alt: box.dataset.homeName, zIndexOffset: 2000 }).addTo(map);
    points.push([latitude, longitude]);
  }

  async function open(box, sheet) {
    const [L, data] = await Promise.all([library(box), fetch(box.dataset.map).then((answer) => answer.json())]);
    const place = document.createElement("div");
    place.className = "map-live";
    place.dataset.qa = "map-live";
    sheet.after(place);
    sheet.setAttribute("hidden", "");
    const map = L.map(place, { zoomControl: false, attributionControl: Boolean(box.dataset.tiles), zoomSnap: 0.5 });
    L.control.zoom({ zoomInTitle: box.dataset.zoomIn, zoomOutTitle: box.dataset.zoomOut }).addTo(map);
    if (box.dataset.tiles) { L.tileLayer(box.dataset.tiles, { attribution: box.dataset.credit, maxZoom: 18, opacity: 0.6 }).addTo(map); }
    const extent = L.geoJSON(data, { filter: ({ properties }) => ["boundary", "zone", "school"].includes(properties.kind), pointToLayer: (_one, at) => L.circleMarker(at) });
    map.fitBounds(extent.getBounds());
    ground(L, map, data, JSON.parse(box.dataset.own));
    const points = schools(L, map, data, box);
    home(L, map, box, points);
    names(L, map, data);
    if (points.length > 1) { map.fitBounds(points, { padding: [40, 40] }); }
    return () => { map.remove(); place.remove(); sheet.removeAttribute("hidden"); };
  }

  document.querySelectorAll("[data-map]").forEach((box) => {
    const sheet = box.querySelector("svg");
    const button = document.createElement("button");
    const said = document.createElement("p");
    let close = null;
    button.type = "button";
    button.className = "small-button map-button";
    button.dataset.qa = "map-open";
    button.textContent = box.dataset.open;
    said.className = "small";
    said.setAttribute("role", "status");
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        if (close) { close(); close = null; } else { close = await open(box, sheet); }
        button.textContent = close ? box.dataset.close : box.dataset.open;
        said.textContent = "";
      } catch {
        said.textContent = box.dataset.failed;
      }
      button.disabled = false;
    });
    box.append(button, said);
  });
})();
