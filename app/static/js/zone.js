// A button that chooses the time zone of this device.
export function bindZoneGuess(root) {
  root.querySelectorAll("[data-zone-guess]").forEach((line) => {
    const select = root.getElementById(line.dataset.zoneGuess);
    const button = line.querySelector("button");
    const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const known = [...select.options].some((option) => option.value === zone);
    const refresh = () => { line.hidden = !known || select.value === zone; };
    button.textContent = button.textContent.replace("{zone}", zone);
    button.addEventListener("click", () => {
      select.value = zone;
      select.focus();
      refresh();
    });
    select.addEventListener("change", refresh);
    refresh();
  });
}
