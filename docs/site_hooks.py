# SPDX-License-Identifier: Apache-2.0
"""What MkDocs does for the site beside its own work (see .ci/site):

- pages that stand elsewhere in the repository come in (README files of folders, CHANGELOG, CONTRIBUTING);
- links mean on the site what they mean in the repository; those to files that are no pages lead to the repository;
- lists, tables and comments are read as in the repository, where two spaces make a line part of a list's item;
- each duty of the specification has its id as its anchor;
- Java's API comes in, and every link of every page leads somewhere, or the build fails.
"""

from __future__ import annotations

import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"exports.md": "export/README.md", "python.md": "python/README.md", "ecosystem.md": "ecosystem/README.md",
         "examples.md": "examples/README.md", "changelog.md": "CHANGELOG.md", "contributing.md": "CONTRIBUTING.md"}
BY_SOURCE = {source: page for page, source in PAGES.items()} | {"README.md": "index.md"}
LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(\))")
INDENT = re.compile(r"^ {2,3}(?=\S)")
ITEM = re.compile(r" *([-*]|\d+\.) ")
DUTY = re.compile(r"^( *- )\*\*([A-Z]-\d+)\*\*", re.MULTILINE)


def on_files(files: Any, config: Any) -> Any:
    for page, source in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    here = page.file.src_uri
    folder = (ROOT / PAGES.get(here, f"docs/{here}")).parent

    def link(found: re.Match[str]) -> str:
        before, target, anchor, after = found[1], found[2], found[3] or "", found[4]
        if urlsplit(target).scheme:
            return found[0]
        path = Path(os.path.normpath(folder / unquote(target)))
        if not path.exists() or not path.is_relative_to(ROOT):
            return found[0]  # MkDocs names it
        name = path.relative_to(ROOT).as_posix()
        if f"{name}/README.md" in BY_SOURCE or (path / "README.md").exists() and name.startswith("docs/"):
            name += "/README.md"
        to = BY_SOURCE.get(name, name.removeprefix("docs/") if name.startswith("docs/") else None)
        if to is None or files.get_file_from_path(to) is None:
            return f"{before}{config.repo_url}/blob/main/{name}{anchor}{after}"
        return f"{before}{os.path.relpath(to, os.path.dirname(here) or '.')}{anchor}{after}"

    parts = re.split(r"(^ *```.*?^ *```$)", markdown, flags=re.MULTILINE | re.DOTALL)  # every second one is code
    markdown = "".join(part if i % 2 else lists(LINK.sub(link, part)) for i, part in enumerate(parts))
    return DUTY.sub(r"\1[**\2**](#\2){ #\2 .duty }", markdown)


def lists(text: str) -> str:
    """Markdown as CommonMark reads it, for a reader that wants four spaces and blank lines around blocks."""
    lines: list[str] = []
    block = ""  # the first line since the last blank one
    for line in text.split("\n"):
        line = INDENT.sub("    ", line)
        if block and (ITEM.match(line) and not ITEM.match(block) or line.startswith("<!--")):
            lines.append("")
            block = ""
        lines.append(line)
        block = (block or line) if line.strip() else ""
    return "\n".join(lines)


def on_page_content(html: str, page: Any, config: Any, files: Any) -> str:
    return html.replace(r"<code>\|", "<code>|")  # a bar in a table's cell is written so


def on_post_build(config: Any) -> None:
    site, api = Path(config.site_dir), ROOT / "target" / "site-api"
    if not api.exists():
        raise PluginError("There is no Java API in target/site-api; .ci/site makes it, and the site")
    shutil.copytree(api, site / "api" / "java", dirs_exist_ok=True)
    broken = sorted(set(check(site)))
    if broken:
        raise PluginError("Links that lead nowhere:\n  " + "\n  ".join(broken))


class Links(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.add(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


def check(site: Path) -> list[str]:
    """What links lead nowhere, Java's own pages aside."""
    pages: dict[Path, Links] = {}
    broken = []
    for page in sorted(site.rglob("*.html")):
        if page.relative_to(site).parts[:2] == ("api", "java") or page.name == "404.html":
            continue
        for target in pages.setdefault(page, Links(page)).links:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            to = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            to = to / "index.html" if to.is_dir() else to
            if not to.is_file():
                broken.append(f"{page.relative_to(site)}: {target}")
            elif parts.fragment and to.suffix == ".html" and "api" not in to.relative_to(site).parts[:1]:
                if unquote(parts.fragment) not in pages.setdefault(to, Links(to)).anchors:
                    broken.append(f"{page.relative_to(site)}: {target}")
    return broken
