/* Search over names of code, chapters and their sections, from the disk: the
 * index is a script, because a page of a file may not read other files. */
"use strict";

const Search = {
	most: 14,

	/* How well an entry answers: lower is better, -1 is not at all. */
	rank(entry, wanted) {
		const name = entry[0].toLowerCase();
		const at = name.indexOf(wanted);

		if (name === wanted)
			return 0;
		if (at === 0)
			return 1;
		if (at > 0)
			return /[a-z0-9]/.test(name[at - 1]) ? 3 : 2;
		return wanted.split(/\s+/).every(w => name.includes(w)) ? 4 : -1;
	},

	find(text) {
		const wanted = text.trim().toLowerCase().replace(/\(\)$/, "");

		if (wanted === "")
			return [];
		return PAGEWISE_INDEX
			.map(entry => [Search.rank(entry, wanted), entry])
			.filter(pair => pair[0] >= 0)
			.sort((a, b) => a[0] - b[0] ||
			                a[1][0].length - b[1][0].length)
			.slice(0, Search.most).map(pair => pair[1]);
	},

	item(entry, number) {
		const link = document.createElement("a");

		link.href = entry[2];
		link.id = "found-" + number;
		link.setAttribute("role", "option");
		link.append(entry[0]);
		const kind = document.createElement("span");
		kind.append(entry[1]);
		link.append(kind);
		return link;
	},

	show() {
		const found = Search.find(Search.field.value);

		Search.chosen = -1;
		Search.list.replaceChildren(...found.map(Search.item));
		if (found.length === 0)
			Search.list.append("Nothing has that in its name.");
		Search.list.hidden = Search.field.value.trim() === "";
		Search.field.setAttribute("aria-expanded", !Search.list.hidden);
		const box = Search.field.getBoundingClientRect();
		Search.list.style.top = box.bottom + 8 + "px";
	},

	choose(step) {
		const links = Search.list.querySelectorAll("a");

		if (links.length === 0)
			return;
		Search.chosen = (Search.chosen + step + links.length) % links.length;
		links.forEach((link, i) =>
			link.classList.toggle("chosen", i === Search.chosen));
		links[Search.chosen].scrollIntoView({ block: "nearest" });
		Search.field.setAttribute("aria-activedescendant",
		                          "found-" + Search.chosen);
	},

	key(event) {
		const links = Search.list.querySelectorAll("a");

		if (event.key === "ArrowDown")
			Search.choose(1);
		else if (event.key === "ArrowUp")
			Search.choose(Search.chosen < 0 ? 0 : -1);
		else if (event.key === "Enter" && links.length > 0)
			location.href = links[Math.max(Search.chosen, 0)].href;
		else if (event.key === "Escape")
			Search.close();
		else
			return;
		event.preventDefault();
	},

	close() {
		Search.list.hidden = true;
		Search.field.value = "";
		Search.field.blur();
	},

	/* The field is made by Doxygen's menu, a moment after the page. */
	begin() {
		Search.field = document.getElementById("MSearchField");
		if (!Search.field) {
			setTimeout(Search.begin, 30);
			return;
		}
		for (const name of ["OnSearchFieldChange", "OnSearchFieldFocus",
		                    "Search"])
			searchBox[name] = () => {};
		Search.list = document.createElement("div");
		Search.list.id = "found";
		Search.list.setAttribute("role", "listbox");
		Search.list.setAttribute("aria-label", "What was found");
		Search.list.hidden = true;
		document.body.append(Search.list);
		Search.field.value = "";
		Search.field.placeholder = "Search (key: /)";
		Search.field.setAttribute("aria-label", "Search");
		Search.field.setAttribute("role", "combobox");
		Search.field.setAttribute("aria-controls", "found");
		Search.field.addEventListener("input", Search.show);
		Search.field.addEventListener("keydown", Search.key);
		document.addEventListener("keydown", event => {
			if (event.key === "/" && document.activeElement !== Search.field) {
				event.preventDefault();
				Search.field.focus();
			}
		});
		document.addEventListener("click", event => {
			if (!Search.list.contains(event.target) &&
			    event.target !== Search.field)
				Search.list.hidden = true;
		});
	},
};

document.addEventListener("DOMContentLoaded", Search.begin);
