"""Reading a story for evidence: what the narration around each quotation tells of its speaker."""

from __future__ import annotations

import re
from dataclasses import replace

from pyojeong.text.speakers.cast import Cast, Character
from pyojeong.text.speakers.clues import STOP, Clause, Grammar, Mention
from pyojeong.text.speakers.evidence import (
    Clue,
    Evidence,
    Stretch,
    bond_names,
    link_of,
    newcomer,
    place,
)
from pyojeong.text.speakers.quotes import SINGLE, TITLE, Quotation, Turn

_ASKS = re.compile("[?？]")
_FINISHED = re.compile("[.!?…~,。！？—–-]\\s*$|[다요까네지군나라야데걸게자어아해래냐니][’']?$")
_LOOK_BACK, _SOON = 8, 4
_YOUNG = frozenset(
    ["꼬마", "학생", "아가", "젊은이", "총각", "아가씨", "lad", "boy", "girl", "child", "kid"]
)
"""How the one who tells may be called by others."""


class Scene:
    """Walks through the turns of a text once and notes evidence; the cast grows on the way."""

    def __init__(self, text: str, singles_speak: bool, crowded: bool = False) -> None:
        self.text = text
        self.singles_speak = singles_speak
        self.crowded = crowded
        self.cast = Cast()
        self.found: list[Evidence] = []
        self.first_person: Character | None = None
        self._who: dict[int, Character] = {}
        self._past = Stretch(0, 0, [])
        self._gap = 0
        self._apart = False
        self._goes_on = False
        self._now: Evidence | None = None

    def read(self, turn: Turn, grammar: Grammar) -> None:
        """Evidence of one turn."""
        if turn.script:
            self._script(turn, grammar)
            return
        stretches = turn.narration()
        here = self._stretch(stretches[0], grammar)
        self._gap += here.sentences(self.text)
        self._apart = self._apart or not turn.quotes
        shared = self.crowded or turn.shared(self.text)
        used = False
        for index, quote in enumerate(turn.quotes):
            evidence = self._begin(quote)
            evidence.turn, evidence.shared = turn.start, shared
            evidence.apart, self._apart = self._apart, False
            evidence.tagged = index > 0 and used and not evidence.gap
            following = stretches[index + 1]
            recent = self.cast.recent()
            self._address(evidence, quote, grammar, self._acting(here))
            self._now = evidence
            ahead = self._stretch(following, grammar)
            followed = index + 1 < len(turn.quotes)
            after = grammar.after(*following, followed, ahead.mentions)
            evidence.recent = recent
            evidence.silent = grammar.unspoken(here.start, (quote.start, quote.end), following[1])
            used = self._judge(evidence, here, ahead, after, followed, grammar)
            self._tell_kind(evidence, quote, after)
            if evidence.same and self.found:
                both = dict.fromkeys([*evidence.called, *self.found[-1].called])
                evidence.called = list(both)[:_SOON]
            self.found.append(evidence)
            self._goes_on = evidence.goes_on = self._continues(quote, after, following[1], followed)
            here = replace(ahead, start=after.end) if used else replace(ahead, begun=ahead.start)
            self._gap = here.sentences(self.text)
            self._past = Stretch(0, 0, [])
        if here.sentences(self.text):
            self._past = here

    # --- parts of a turn ---------------------------------------------------------------------

    def _stretch(self, span: tuple[int, int], grammar: Grammar) -> Stretch:
        """A stretch of narration; everybody in it is met."""
        mentions = grammar.mentions(*span)
        for number, mention in enumerate(mentions):
            # The pronoun of a tag may be anybody's: it tells no gender.
            self._meet(mention, vote=number > 0 or self.text[mention.start].isupper())
        return Stretch(*span, mentions)

    def _meet(self, mention: Mention | None, vote: bool = True) -> Character | None:
        if mention is None:
            return None
        known = self._who.get(mention.start)
        if known is None:
            known = self.cast.meet(mention, self._expected(), vote)
            if known is not None:
                self._announce(known)
                self._who[mention.start] = known
                if mention.name in ("나", "I"):
                    self.first_person = known
        return known

    def _expected(self) -> Character | None:
        """Who was just called by name and has not been seen yet."""
        last = self._now
        new = [c for c in last.called if c.proper and not c.told] if last else []
        return new[-1] if new else None

    def _announce(self, character: Character) -> None:
        """Tell the last quotations who is mentioned soon after them."""
        for evidence in self.found[-_LOOK_BACK:]:
            known = character in evidence.soon or character in evidence.recent
            if len(evidence.soon) < _SOON and not known:
                evidence.soon.append(character)

    def _begin(self, quote: Quotation) -> Evidence:
        start, end = quote.inside()
        asks = bool(_ASKS.search(self.text, max(start, end - 4), end))
        return Evidence(quote.start, quote.end, gap=self._gap, same=self._goes_on, asks=asks)

    def _continues(self, quote: Quotation, after: Clause, end: int, followed: bool) -> bool:
        """Whether the next quotation is by the same speaker whatever it says."""
        if not quote.closed:
            return True
        return followed and after.attached and not STOP.search(self.text, quote.end, end)

    def _script(self, turn: Turn, grammar: Grammar) -> None:
        words = turn.quotes[0]
        evidence = Evidence(words.start, words.end, clue="script", turn=turn.start)
        named = grammar.named(turn.start, turn.start + len(turn.script))
        # The label is the name, and the best one.
        label = replace(named, name=turn.script, proper=True, role="subject", generic="")
        evidence.fixed = self.cast.meet(label)
        self.found.append(evidence)
        self._gap, self._goes_on, self._past = 0, False, Stretch(0, 0, [])
        self._apart = False

    def _acting(self, here: Stretch) -> Character | None:
        """Who acts in the last sentence before a quotation."""
        beats = here.beats(self.text)
        return self._meet(beats[0].actor) if beats and beats[0].after == 0 else None

    def _address(
        self, evidence: Evidence, quote: Quotation, grammar: Grammar, speaker: Character | None
    ) -> None:
        told = grammar.address(*quote.inside())
        for mention in told.called:
            character = self.cast.find(mention)
            if character is None and mention.sure:
                character = self._call(mention, evidence, speaker, grammar)
            if character is not None:
                evidence.called.append(character)
                evidence.barred.add(character)
        evidence.tones, evidence.replies = told.tones, told.replies
        evidence.told_of = [c for c in map(self.cast.find, told.told_of) if c is not None]
        itself = self.cast.find(told.itself) if told.itself else None
        if itself is None and told.itself and told.itself.proper:
            itself = self.cast.introduce(told.itself, speaker)
        if itself is not None:
            evidence.hint(itself, "own name")
            evidence.clue = "name"

    def _call(
        self, mention: Mention, evidence: Evidence, speaker: Character | None, grammar: Grammar
    ) -> Character:
        """Somebody called as nobody was so far; speaker: who acts before the words."""
        last = self.found[-1].likely if self.found else None
        answers = evidence.gap <= 1 and not evidence.tagged and not evidence.same
        new = (mention.proper and not grammar.told(mention)) or mention.words & _YOUNG
        if self.first_person is not None and new:
            # Called by a name that the narration never uses: the one who tells.
            own = self.first_person.forms()[0]
            self.cast.add(self.first_person, replace(mention, name=own, proper=False, gender=""))
            return self.first_person
        last = last if answers and last is not speaker else None
        called = self.cast.call(mention, last, speaker)
        self._announce(called)
        return called

    def _judge(
        self, evidence: Evidence, here: Stretch, ahead: Stretch, after: Clause, followed: bool,
        grammar: Grammar,
    ) -> bool:  # fmt: skip
        """Decide or weigh; whether the clause after the quotation is its tag."""
        own = bool(here.sentences(self.text))
        source = here if own or not evidence.gap else self._past
        before = grammar.before(source.start, source.end, source.mentions)
        if not own:
            before = replace(before, open=False)
        replies = after.act == "answer" and evidence.asks and followed
        tagged = after.subject is not None and not after.cited
        tagged = tagged and (after.attached or (bool(after.act) and not replies))
        leads = before.subject is not None and bool(before.act) and not before.open
        if tagged and not after.attached and leads and own:
            tagged = False
        for clause in (after, before):
            if clause.addressee and (clause is after) == tagged:
                listener = self._meet(clause.addressee)
                subject = self._meet(clause.subject)
                if listener is not None and listener is not subject and clause.act:
                    evidence.called.append(listener)
                    evidence.barred.add(listener)
        if tagged:
            self._fix(evidence, after.subject, "tag after")
            self._nearest(evidence, here if own else None)
        elif before.subject and (before.open or leads):
            self._fix(evidence, before.subject, "tag before")
        else:
            self._weigh_before(evidence, source, own, after, grammar)
            if not (after.attached or after.open):
                self._weigh_after(evidence, ahead, followed, grammar)
            if evidence.hints and evidence.clue == "turn":
                evidence.clue = "beat"
        if after.cited and after.subject:
            hearer = self._meet(after.subject)
            if hearer is not None:
                evidence.barred.add(hearer)
        return tagged or after.attached

    def _fix(self, evidence: Evidence, subject: Mention | None, clue: Clue) -> None:
        assert subject is not None  # noqa: S101 - callers have looked
        character = self._meet(subject)
        evidence.same = False
        if not subject.pronoun:
            evidence.fixed, evidence.clue = character, clue
            return
        evidence.clue = "pronoun"
        evidence.hint(character, "pronoun")
        for other in evidence.recent:
            unlike = other.plural != subject.plural or other.first_person
            if unlike or not other.may_be(subject.gender):
                evidence.barred.add(other)
            elif other is not character:
                evidence.hint(other, "pronoun other")

    def _nearest(self, evidence: Evidence, here: Stretch | None) -> None:
        """She, who acts right before: she raised her hand. “I know,” she said."""
        actor = self._acting(here) if here else None
        if actor is not None and "pronoun" in evidence.hints.get(actor, ()):
            evidence.hint(actor, "pronoun near", *([] if evidence.shared else ["own"]))

    def _weigh_before(
        self, evidence: Evidence, source: Stretch, own: bool, after: Clause, grammar: Grammar
    ) -> None:
        """What is told by who acts before a quotation."""
        beats = source.beats(self.text)
        actors = {self._meet(beat.actor) for beat in beats}
        if own and source.start == source.begun and len(actors) == 1:
            actor = self._meet(beats[0].actor)
            if actor is not None:
                evidence.link = link_of(actor, beats, grammar, evidence.shared, source.start)
            return
        for beat in beats[:3]:
            bond = grammar.bond(beat.start, beat.end, beat.actor)
            names = ["earlier"] if beat.after else bond_names("before", bond)
            names += place(evidence, own)
            if not evidence.shared and beat is beats[-1] and len(beats) > 1:
                names += ["own first" if own else "across first"]
            names += ["zero subject"] if after.attached and not (after.cited or beat.after) else []
            evidence.hint(self._meet(beat.actor), *names)

    def _weigh_after(
        self, evidence: Evidence, ahead: Stretch, followed: bool, grammar: Grammar
    ) -> None:
        """What is told by who acts right after a quotation."""
        beats = ahead.beats(self.text)
        actors = {self._meet(beat.actor) for beat in beats}
        if not beats or beats[-1].before or (followed and len(actors) == 1):
            return
        head = beats[-1]
        bond = grammar.bond(head.start, head.end, head.actor)
        names = bond_names("after", bond) + ([] if evidence.shared else ["own"])
        actor = self._meet(head.actor)
        evidence.hint(actor, *names, *newcomer(actor, ahead))

    def _tell_kind(self, evidence: Evidence, quote: Quotation, after: Clause) -> None:
        """Speech, thought, or (a title, words singled out) nobody's."""
        said = after.act in ("say", "ask", "answer") and (after.attached or after.subject)
        thinks = after.act == "think" and (after.attached or after.subject is not None)
        if thinks:
            evidence.kind = "thought"
        elif quote.mark in SINGLE and not self.singles_speak:
            evidence.kind = "speech" if said else "thought"
            inner = self.text[slice(*quote.inside())]
            tagged = after.attached or evidence.fixed is not None
            if not tagged and not _FINISHED.search(inner):
                evidence.silent = True
        elif quote.mark in TITLE and not (after.act or after.attached):
            evidence.silent = not _FINISHED.search(self.text[slice(*quote.inside())])
