"""The status page in a real Chromium, in front of a real gate with real tmux.

usage: status_page_test.py BUILD [NAME...]   BUILD is the folder of the binaries
"""

import signal
import sys
import threading
import unittest

from webdriver import Browser, eventually
from world import World

BUILD = "build"
EVIL = "kube-coder-<script>foreign=1</script><img src=x onerror='foreign=2'>"
CLASSES = "classes: [{name: people, match: {routes: [terminal]}, floor: 1, cap: 2, wait: 60s}]\n"
SILENT_TMUX = {"TMUX_TIMEOUT": "200ms", "TMUX_HOLD": "200ms"}

# Every element with text of its own, and how its text and what is behind it look.
CONTRASTS = """
const rgb = text => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
  .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const behind = element => {
  for (let at = element; at; at = at.parentElement) {
    const back = rgb(getComputedStyle(at).backgroundColor);
    if (back.length === 3 || back[3] === 1) return back;
  }
  return [255, 255, 255];
};
return Array.from(document.body.querySelectorAll("*"))
  .filter(e => e.checkVisibility() && e.tagName !== "SCRIPT" && e.tagName !== "NOSCRIPT")
  .filter(e => Array.from(e.childNodes).some(n => n.nodeType === Node.TEXT_NODE && n.data.trim()))
  .map(e => {
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), e.outerHTML.slice(0, 80)];
  });
"""

# The texts of a selector's elements that take more than one line.
BROKEN = """
return Array.from(document.querySelectorAll(arguments[0])).filter(element => {
  const text = document.createRange();
  text.selectNodeContents(element);
  return new Set(Array.from(text.getClientRects(), box => box.bottom)).size > 1;
}).map(element => element.innerText);
"""


def is_shown(node, role):
    return not node["ignored"] and node["role"]["value"] == role


def text_of(node, nodes):
    if is_shown(node, "StaticText"):
        return node["name"]["value"]
    return "".join(text_of(nodes[child], nodes) for child in node["childIds"])


class StatusPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(Browser())

    def setUp(self):
        self.browser.size(1200, 900)
        self.browser.scheme("light")

    def world(self, **settings):
        return self.enterContext(World(BUILD, **settings))

    def open(self, world):
        self.browser.open(world.page)
        self.browser.run("window.same_page = true")

    def open_full(self, *sessions, **settings):
        """A gate without a free slot, which has refused a create."""
        world = self.world(LIMIT="1", **settings)
        world.tmux.new(*sessions)
        world.create()
        self.open(world)
        self.shows("#refusals", "no free slot")
        return world

    def shows(self, selector, text):
        """Waits until `text` stands there, without a reload since open()."""
        eventually(f"{selector} shows {text!r}", lambda: text in self.browser.text(selector))
        self.assertTrue(self.browser.run("return window.same_page"), "the page was loaded again")

    def shows_of_tmux(self, world, selector, text):
        """The same of what the gate does not know yet: whoever asks for its status has it look at once, where the page's
        stream has it look every few seconds."""
        eventually(f"{selector} shows {text!r}", lambda: world.status() and text in self.browser.text(selector))
        self.shows(selector, text)

    def alarms(self):
        """What is announced, as the accessibility tree has it."""
        nodes = self.accessibility_tree()
        return [text_of(node, nodes) for node in nodes.values() if is_shown(node, "alert")]

    def names(self, role):
        return [node["name"]["value"] for node in self.accessibility_tree().values() if is_shown(node, role)]

    def accessibility_tree(self):
        nodes = self.browser.protocol("Accessibility.getFullAXTree")["nodes"]
        return {node["nodeId"]: node for node in nodes}

    def assert_contrast(self):
        contrasts = self.browser.run(CONTRASTS)
        self.assertGreater(len(contrasts), 20)
        for contrast, element in contrasts:
            self.assertGreaterEqual(contrast, 4.5, element)

    def assert_no_sideways_scroll(self):
        wide, room = self.browser.run("const d = document.documentElement; return [d.scrollWidth, d.clientWidth]")
        self.assertLessEqual(wide, room)
        spilt = "return Array.from(document.querySelectorAll('.alarm, .card')).filter(e => e.scrollWidth > e.clientWidth)"
        self.assertEqual(self.browser.run(spilt + ".map(e => e.innerText)"), [])

    # --- What it shows

    def test_it_follows_the_gate_without_a_reload(self):
        world = self.world(LIMIT="3")
        self.open(world)
        self.shows("#state", "open")
        self.shows("#slots .count", "0 / 3")
        self.assertEqual(self.alarms(), [])
        for _ in range(4):
            world.create()
        self.shows("#state", "full")
        self.shows("#slots .count", "3 / 3")
        self.shows("#slots", "no slot free")
        self.shows("#refusals", "terminal")
        self.shows("#refusals", "no free slot")
        self.shows("#figures", "3 admitted, 1 refused")
        self.shows("#holders", "terminal")
        self.assertEqual(self.browser.run("return document.title"), "3 / 3 taskgate")
        self.assertEqual(self.browser.run("return document.querySelectorAll('.meter .cell.live').length"), 3)
        world.tmux.kill(world.status()["holders"][0]["name"])
        self.shows("#slots .count", "2 / 3")
        self.shows("#state", "open")

    def test_a_count_that_is_not_known_cannot_be_missed(self):
        world = self.world(**SILENT_TMUX)
        self.open(world)
        self.shows("#state", "open")
        world.tmux.stop()
        self.shows("#alarms", "The sessions cannot be counted: timeout")
        self.shows("#state", "unknown".upper())
        self.shows("#slots .count", "? / 12")
        self.shows("#holders", "Not known now.")
        self.assertEqual(self.alarms(), ["The sessions cannot be counted: timeout"])
        area = "const r = document.querySelector('#alarms .alarm').getBoundingClientRect(); return [r.top, r.width, r.height]"
        top, width, height = self.browser.run(area)
        self.assertLess(top, 200)
        self.assertGreater(width, 1000)
        self.assertGreater(height, 80)
        self.assert_contrast()
        world.tmux.resume()
        self.shows("#state", "open")
        self.assertEqual(self.alarms(), [])

    def test_a_socket_folder_that_is_gone_is_told_with_what_to_check(self):
        world = self.world(TMUX_SOCKET="/dev/null/at/all/default")
        self.open(world)
        self.shows("#alarms", "The sessions cannot be counted: folder_missing")
        self.shows("#alarms", "/dev/null/at/all")
        self.assertEqual(self.browser.run("return document.title"), "? / 12 taskgate")

    def test_a_gate_that_is_blind_says_so(self):
        other = self.world()
        world = self.world(upstream_socket=other.tmux.socket)
        self.open(world)
        for _ in range(3):
            self.assertEqual(world.create(), 201)
        self.shows("#alarms", "The gate looks at the wrong tmux socket")
        self.shows("#state", "BLIND")
        self.assertEqual(self.alarms(), ["The gate looks at the wrong tmux socket"])

    def test_a_drain_is_shown(self):
        world = self.world(DRAIN_NOTICE="1h", DRAIN_TIMEOUT="1h")
        self.open(world)
        self.shows("#state", "open")
        world.gate.signal(signal.SIGUSR1)
        self.shows("#state", "draining")
        self.assertEqual(self.alarms(), ["The gate is draining"])

    def test_a_failed_reload_is_shown_until_it_is_mended(self):
        world = self.world()
        self.open(world)
        world.config.write_text("limit: <b>many</b>\n")
        self.shows("#alarms", "The last reload of the configuration failed")
        self.shows("#alarms", "Generation 1 stays in use")
        self.shows("#alarms", "<b>many</b>")
        world.config.write_text("limit: 7\n")
        self.shows("#slots .count", "0 / 7")
        self.assertEqual(self.alarms(), [])

    def test_more_than_the_limit_and_what_is_old_have_a_place(self):
        world = self.world(LIMIT="2")
        world.tmux.new("kube-coder-a", "kube-coder-b", "kube-coder-c", "other")
        self.open(world)
        self.shows("#state", "over the limit")
        self.assertEqual(self.alarms(), ["More tasks are live than the limit allows"])
        cells = "return Array.from(document.querySelectorAll('.meter .cell'), c => c.className)"
        self.assertEqual(self.browser.run(cells), ["cell live", "cell live", "cell over"])

    def test_classes_and_the_line_are_shown_while_they_are_configured(self):
        world = self.world(LIMIT="3")
        self.open(world)
        self.shows("#state", "open")
        visible = "return ['classes', 'line'].filter(id => document.getElementById(id).checkVisibility())"
        self.assertEqual(self.browser.run(visible), [])
        world.config.write_text(CLASSES)
        self.shows("#classes", "0 used, floor 1, cap 2")
        self.shows("#line", "Nobody stands in line.")
        self.assertEqual(self.browser.run(visible), ["classes", "line"])
        top = "return document.getElementById('figures').getBoundingClientRect().top"
        before = self.browser.run(top)
        world.create()
        world.create()
        self.shows("#classes", "2 used, floor 1, cap 2")
        self.shows("#holders", "people")
        in_line = threading.Thread(target=world.create)
        in_line.start()
        self.shows("#classes", "2 used, floor 1, cap 2, 1 in line")
        self.shows("#line", "In line: 1")
        self.shows("#line", "terminal")
        self.assertEqual(self.browser.run(top), before, "what stands below has moved")
        cells = "return Array.from(document.querySelectorAll('.class:first-child .cell'), c => c.className)"
        self.assertEqual(self.browser.run(cells), ["cell live floor", "cell live", "cell closed"])
        self.assertIn("people: 2 used, floor 1, cap 2, 1 in line", self.names("image"))
        self.assert_contrast()
        self.browser.scheme("dark")
        self.assert_contrast()
        self.browser.size(320, 640, phone=True)
        self.assert_no_sideways_scroll()
        self.assertEqual(self.browser.run(BROKEN, "#line td"), [])
        world.tmux.kill(world.status()["holders"][0]["name"])
        self.shows("#line", "Nobody stands in line.")
        in_line.join()
        world.config.write_text("{}\n")
        eventually("nothing is shown of them", lambda: self.browser.run(visible) == [])

    # --- Who holds the slots

    def test_sessions_are_found_and_ordered_without_losing_what_is_looked_for(self):
        world = self.world(LIMIT="64")
        world.tmux.new(*(f"kube-coder-{name}-{i}" for i in range(10) for name in ("docs", "login", "search")))
        self.browser.open(f"{world.page}?sort=idle")
        self.browser.run("window.same_page = true")
        self.shows("#holders", "30 sessions")
        self.shows("#holders", "all names begin with kube-coder-")
        self.assertEqual(self.browser.run("return document.querySelector('[aria-current]').textContent"), "idle first")
        self.browser.run(
            "const field = document.querySelector('#find input'); field.value = 'LOGIN';"
            "field.dispatchEvent(new Event('input', {bubbles: true}))"
        )
        self.shows("#found", "10 of 30 shown")
        world.tmux.new("kube-coder-login-late")
        self.shows_of_tmux(world, "#found", "11 of 31 shown")
        shown = "return Array.from(document.querySelectorAll('#holders tbody tr')).filter(r => r.checkVisibility()).length"
        self.assertEqual(self.browser.run(shown), 11)
        self.assertEqual(self.browser.run("return document.querySelector('#find input').value"), "LOGIN")

    def test_who_held_a_slot_stays_while_that_is_not_known(self):
        world = self.world(**SILENT_TMUX)
        world.tmux.new("kube-coder-docs")
        self.open(world)
        self.shows("#holders", "Who holds a slot")
        world.tmux.stop()
        self.shows_of_tmux(world, "#holders", "Who held a slot")
        self.shows("#holders", "kube-coder-docs")
        self.shows("#slots .count", "? / 12")
        self.assert_contrast()

    def test_columns_stay_where_they_are_while_ages_grow(self):
        self.open_full("kube-coder-a")
        columns = "return Array.from(document.querySelectorAll('th'), cell => cell.getBoundingClientRect().left)"
        before = self.browser.run(columns)
        self.browser.run("for (const age of document.querySelectorAll('[data-age]')) age.textContent = '23 h 59 min'")
        self.assertEqual(self.browser.run(columns), before)

    # --- The graph

    def test_the_graph_tells_its_values_by_keyboard_and_under_the_pointer(self):
        world = self.world(LIMIT="3")
        world.create()
        self.open(world)
        self.shows("#history .moment", "at most 1 live")
        self.browser.press("\ue004")
        self.shows("#history .moment", "now: ")
        self.browser.press("\ue012")
        eventually("another step", lambda: not self.browser.text("#history .moment").startswith("now: "))
        spoken = "const e = document.activeElement; return [e.id, e.ariaValueText]"
        self.assertEqual(self.browser.run(spoken), ["moment", self.browser.text("#history .moment")])
        self.browser.run("document.activeElement.blur()")
        self.shows("#history .moment", "at most 1 live")
        self.browser.run(
            "const field = document.querySelector('#history .counts'); const box = field.getBoundingClientRect();"
            "field.dispatchEvent(new PointerEvent('pointermove',"
            "  {bubbles: true, clientX: box.left + 1, clientY: box.top + 5}))"
        )
        self.shows("#history .moment", "Nothing is known of it.")

    # --- Where to look next

    def test_an_alarm_of_the_upstream_has_a_badge_and_leads_to_the_runbook(self):
        world = self.world(IDENTITY_WORKSPACE="alice")
        self.open(world)
        self.shows("#upstream", "upstream not asked yet")
        world.create()
        self.shows("#upstream", "upstream answers")
        world.upstream.end()
        world.create()
        self.shows("#alarms", "The upstream does not answer")
        badges = "return Array.from(document.querySelectorAll('.badge'), badge => badge.className)"
        self.assertEqual(self.browser.run(badges), ["badge good", "badge bad"])
        self.assertEqual(self.browser.run("return document.title"), "1 / 12 alice taskgate")
        self.assertIn("What to do: The upstream does not answer: connect_refused", self.names("link"))
        self.browser.size(320, 640, phone=True)
        self.assert_no_sideways_scroll()
        self.browser.run("document.querySelector('#alarms a').click()")
        section = "return document.querySelector(':target')?.textContent"
        eventually("the runbook is there", lambda: self.browser.run(section) == "TaskgateUpstreamFailing")
        self.assert_contrast()
        self.assert_no_sideways_scroll()
        self.assertEqual(self.browser.complaints(), [])

    # --- When the gate is gone

    def test_a_lost_connection_is_noticed_and_taken_up_again(self):
        world = self.world()
        self.open(world)
        self.shows("#state", "open")
        world.gate.signal(signal.SIGKILL)
        self.shows("#lost", "The connection to the gate is lost")
        (alarm,) = self.alarms()
        self.assertRegex(alarm, r"^The connection to the gate is lostWhat is below is how it was at \d.*goes on trying\.$")
        self.assert_contrast()
        world.gate.end()
        world.tmux.new("kube-coder-meanwhile")
        world.start_gate(world.admin_port)
        self.shows("#holders", "kube-coder-meanwhile")
        self.assertEqual(self.alarms(), [])

    # --- Whom it trusts

    def test_names_from_outside_are_text(self):
        world = self.world()
        world.tmux.new(EVIL)
        self.open(world)
        names = "return Array.from(document.querySelectorAll('#holders td.name'), cell => cell.title)"
        eventually("it is shown", lambda: self.browser.run(names) == [EVIL])
        world.tmux.new("kube-coder-<img src=x onerror=foreign=3>")
        self.shows_of_tmux(world, "#holders", "<img src=x onerror=foreign=3>")
        self.assertEqual(self.browser.run("return document.querySelectorAll('main script, main img').length"), 0)
        self.assertIsNone(self.browser.run("return window.foreign"))

    def test_it_asks_nobody_but_the_gate_and_breaks_no_policy(self):
        world = self.world()
        list(self.browser.network())
        self.browser.complaints()
        self.open(world)
        self.shows("#state", "open")
        sent = [event["request"]["url"] for name, event in self.browser.network() if name == "Network.requestWillBeSent"]
        self.assertEqual(
            [url for url in sent if not url.startswith("data:")], [world.page, f"{world.page}events?page"]
        )
        self.assertEqual(self.browser.complaints(), [])

    def test_a_script_that_is_not_its_own_does_not_run(self):
        world = self.world()
        self.open(world)
        self.browser.run(
            "const s = document.createElement('script'); s.textContent = 'window.foreign = true';"
            "document.body.append(s)"
        )
        self.assertIsNone(self.browser.run("return window.foreign"))
        refused = [entry["message"] for entry in self.browser.complaints()]
        self.assertTrue(any("Content Security Policy" in message for message in refused), refused)

    def test_without_scripts_it_is_a_page_all_the_same(self):
        world = self.world(LIMIT="2")
        world.tmux.new("kube-coder-a")
        self.browser.scripts(False)
        self.addCleanup(self.browser.scripts, True)
        self.browser.open(world.page)
        tree = self.browser.protocol("DOM.getDocument", depth=0)["root"]["nodeId"]
        html = self.browser.protocol("DOM.getOuterHTML", nodeId=tree)["outerHTML"]
        self.assertIn('1<span class="of"> / 2</span>', html)
        self.assertIn("kube-coder-a", html)
        self.assertIn('<meta http-equiv="refresh" content="10">', html)
        self.assertIn("reloads itself every 10 seconds", html)

    # --- Whom it serves

    def test_it_fits_a_phone(self):
        self.browser.size(320, 640, phone=True)
        world = self.world(LIMIT="64", TMUX_SOCKET="/dev/null/" + "very-long-name" * 4 + "/tmux-0/default")
        self.open(world)
        self.shows("#alarms", "folder_missing")
        self.assert_no_sideways_scroll()
        self.open_full("kube-coder-" + "x" * 90, "kube-coder-b")
        self.assert_no_sideways_scroll()

    def test_it_is_readable_in_the_light_and_in_the_dark(self):
        world = self.open_full("kube-coder-a", DRAIN_NOTICE="1h", DRAIN_TIMEOUT="1h")
        back = "return getComputedStyle(document.body).backgroundColor"
        light = self.browser.run(back)
        self.assert_contrast()
        self.browser.scheme("dark")
        self.assertNotEqual(self.browser.run(back), light)
        self.assert_contrast()
        world.gate.signal(signal.SIGUSR1)
        self.shows("#state", "draining")
        self.assert_contrast()
        self.browser.scheme("light")
        self.assert_contrast()

    def test_parts_have_roles_and_names(self):
        world = self.world(LIMIT="4")
        world.tmux.new("kube-coder-a")
        self.open(world)
        self.shows("#holders", "kube-coder-a")
        self.assertEqual(len(self.names("main")), 1)
        self.assertEqual(
            self.names("region"), ["Tasks", "Last 15 minutes", "Figures", "Who holds a slot", "Last refusals", "Since the start", "Gate"],
        )
        self.assertEqual(
            self.names("heading"),
            ["taskgate", "Tasks", "Last 15 minutes", "Who holds a slot", "Last refusals", "Since the start", "Gate"],
        )
        self.assertEqual(self.names("navigation"), ["The same for programs"])
        self.assertEqual(self.names("columnheader"), ["Session", "From", "Request", "State", "Idle for", "Age"])
        (graph,) = self.names("image")
        # The gate has run for seconds only.
        self.assertRegex(graph, r"^The last \d+ s: at most 1 live, 0 creates admitted, 0 refused\.$")
        (meter,) = [node for node in self.accessibility_tree().values() if is_shown(node, "meter")]
        self.assertEqual(meter["name"]["value"], "Live tasks")
        values = {found["name"]: found["value"]["value"] for found in meter["properties"]}
        self.assertEqual((values["valuemin"], values["valuemax"]), (0, 4))
        self.assertEqual(meter["value"]["value"], 1)
        spoken = "return document.querySelector('[role=meter]').ariaValueText"
        self.assertEqual(self.browser.run(spoken), "1 of 4 live, 3 free")
        self.assertEqual(self.browser.run("return document.documentElement.lang"), "en")

    def test_the_keyboard_reaches_each_link_in_order_and_shows_where_it_is(self):
        world = self.world()
        self.open(world)
        self.shows("#state", "open")
        reached = []
        for _ in range(5):
            self.browser.press("\ue004")
            focused = (
                "const e = document.activeElement;"
                "return [e.getAttribute('href') ?? e.id ?? e.tagName, getComputedStyle(e).outlineStyle]"
            )
            reached.append(self.browser.run(focused))
        self.assertEqual([style for _, style in reached], ["solid"] * 5)
        # The scale of the graph, its words, and the links.
        self.assertEqual([where for where, _ in reached], ["moment", "", "status", "metrics", "config"])
        # What comes in does not take the focus away.
        world.create()
        self.shows("#slots .count", "1 / 12")
        self.assertEqual(self.browser.run("return document.activeElement.getAttribute('href')"), "config")

    def test_an_alarm_stays_the_same_element_while_its_details_change(self):
        world = self.world(**SILENT_TMUX)
        self.open(world)
        world.tmux.stop()
        self.shows_of_tmux(world, "#alarms", "the server still owes the answer")
        self.browser.run("document.querySelector('#alarms [role=alert]').seen = true")
        before = self.browser.text("#alarms p")
        eventually("the details change", lambda: world.status() and self.browser.text("#alarms p") != before)
        self.assertTrue(self.browser.run("return document.querySelector('#alarms [role=alert]').seen"))


def main():
    global BUILD
    BUILD = sys.argv.pop(1)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
