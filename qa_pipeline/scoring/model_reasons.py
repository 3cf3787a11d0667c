"""What is said of a language model's part in a verdict, in the language of the call."""

from qa_pipeline.scoring.reasons import Words

_PROBLEMS = {
    "no_connection": ("could not be reached", "无法连接"),
    "timeout": ("did not answer in time", "未在时限内回答"),
    "refused": ("refused to answer", "拒绝回答"),
    "not_loaded": ("could not be loaded", "无法加载"),
    "too_long": ("was not asked: the call is too long", "未被询问：通话过长"),
    "malformed": ("gave an answer that cannot be read", "的回答无法读取"),
    "no_quote": ("gave an answer without a quote", "的回答没有引文"),
    "quote_not_found": ("quotes what was not said there", "引用了没有说过的话"),
    "quote_of_another": ("quotes somebody else", "引用了另一方的话"),
}


class ModelWords:
    """The sentences, in Mandarin for ``zh`` and in English for every other language."""

    def __init__(self, words: Words) -> None:
        self._words, self._pick = words, words.pick

    def answered(self, model: str, reply: str, where: str, heard: str) -> str:
        """Return what a language model answered, and the words that prove it."""
        yes = reply == "yes"
        en = f"A language model ({model}) answers {'yes' if yes else 'no'} {where}."
        zh = f"语言模型（{model}）对{where}的回答：{'是' if yes else '否'}。"
        return self._words.join(
            [self._pick(en, zh), heard or self._pick("It quotes nothing.", "无引文。")]
        )

    def cannot_tell(self, model: str) -> str:
        """Return that a language model does not know."""
        return self._pick(
            f"The language model ({model}) cannot tell.", f"语言模型（{model}）无法判断。"
        )

    def problem(self, model: str, problem: str, detail: str = "") -> str:
        """Return why an answer of a language model does not count."""
        en, zh = _PROBLEMS.get(problem, (problem, problem))
        more = self._pick(f" ({detail})", f"（{detail}）") if detail else ""
        return self._pick(
            f"The language model ({model}) {en}{more}.", f"语言模型（{model}）{zh}{more}。"
        )

    def no_answer(self) -> str:
        """Return that no language model was asked, and what to do."""
        return self._pick(
            "No language model has answered this: switch one on ([judge] in qa.toml) and process "
            "the call again, or judge it yourself.",
            "没有语言模型回答过此问题：请启用（qa.toml 中的 [judge]）并重新处理，或由人工评判。",
        )

    def no_question(self, language: str) -> str:
        """Return that the card does not ask in the language of the call."""
        return self._pick(
            f"The card does not put this question in language {language!r}.",
            f"评分卡没有用语言{language}提出此问题。",
        )

    def nothing_to_ask_about(self, who: str, where: str) -> str:
        """Return that nothing is said that could answer a question."""
        return self._pick(
            f"Nothing to answer the question from: {self._words.who(who)} says nothing {where}.",
            f"无从回答：{where}{self._words.who(who)}没有说话。",
        )

    def alone(self, reason: str) -> str:
        """Return that a critical criterion hangs on a language model, which decides none."""
        return self._pick(
            f"Critical, and only a language model says so: a person has to judge. {reason}",
            f"此项为关键项，仅有语言模型的判断，须由人工评判。{reason}",
        )
