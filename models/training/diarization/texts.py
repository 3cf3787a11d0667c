"""Things to say, drawn at random: what is said matters little here, how it sounds matters."""

# ruff: noqa: SIM905 - a list of words is easier to read and to change as one string.

import numpy as np

_ENGLISH = (
    "the a my your our this that some every another account number bill payment order package "
    "router signal line contract month week today tomorrow yesterday morning evening afternoon "
    "please thank you sorry really just again still maybe certainly probably exactly actually "
    "check change send receive cancel confirm update repair replace return explain remember call "
    "wait hold speak listen hear think know believe understand want need like try help finish "
    "start stop open close pay charge refund credit deliver arrive work break happen look find "
    "one two three four five six seven eight nine zero ten twenty thirty hundred thousand first "
    "second half double minute hour day year pound dollar price total amount balance address "
    "street road house city country phone mobile computer screen button password email letter "
    "name manager colleague engineer customer service department problem trouble question answer "
    "reason mistake choice chance offer discount voucher insurance policy claim doctor garage "
    "weather music water coffee dinner garden window kitchen bridge river mountain forest island "
    "yellow orange purple silver heavy gentle quick strange careful honest useful possible "
    "between under above without before after because although unless whether however together "
    "joy voice choose measure thin these vision church judge shoe zoo sing yacht wharf boy cow"
).split()
_ENGLISH_SHORT = (
    "yes|no|okay|right|sure|i see|mm hm|uh huh|hello|yeah|oh|well|good|of course|thank you|"
    "all right|fine|no problem|sorry|what|really|got it|that's right|exactly|one moment|hm|"
    "go ahead|oh no|perfect|lovely|bye|yes please|not really|i know|wait"
).split("|")
_ONSETS = "b d f g h j k l m n p r s t v w y z sh ch th st pl tr br kr sl fr gr sp".split()
_VOWELS = "a e i o u ee oo ay igh ow aw er oy ar or".split()
_CODAS = "|b|d|g|k|l|m|n|p|r|s|t|v|z|sh|ng|nt|st|ld".split("|")
_MANDARIN = (
    "我你他她们的是不了在有这个那里来去说要会可以好没什么怎么时候知道现在今天明天昨天上午下午"
    "晚上年月日号分钟小时电话号码账户账单费用余额套餐宽带网络信号手机密码地址姓名身份证订单快递"
    "包裹退款换货维修工程师客服经理部门问题原因办法办理查询确认修改取消申请提交处理解决等待联系"
    "帮助谢谢麻烦请稍对起没关系非常抱歉理解感谢一二三四五六七八九零十百千万元块钱多少几次第把被"
    "给让从到和跟或者如果因为所以但是然后已经正还就都也很太真最更比较应该需要想看听读写买卖吃喝"
    "走跑飞鱼鸟花草树山水火风雨雪春夏秋冬东西南北中外前后左右大小长短高低快慢新旧红黄蓝绿白黑"
    "女儿先生女士老师朋友同学家人医院学校银行商店车站机场路桥城市国语言军装潮湿缺勤俊雄穷困群"
)
_MANDARIN_SHORT = (
    "嗯|好的|对|是的|没有|行|可以|喂|您好|哦|谢谢|明白|知道了|好|不是|等一下|没问题|真的吗|"
    "对对对|再见|不用|为什么|没事|嗯嗯|好吧|哎"
).split("|")


def short_text(language: str, rng: np.random.Generator) -> str:
    """Return what a listener throws in: one to three words."""
    choices = _MANDARIN_SHORT if language == "zh" else _ENGLISH_SHORT
    return str(rng.choice(choices)) + ("。" if language == "zh" else ".")


def long_text(language: str, rng: np.random.Generator) -> str:
    """Return a sentence or two of random words, some of them invented."""
    if language == "zh":
        parts = [
            "".join(rng.choice(list(_MANDARIN), int(rng.integers(3, 10))))
            for _ in range(int(rng.integers(1, 4)))
        ]
        return "，".join(parts) + str(rng.choice(["。", "？", "！"]))
    words = [
        _invented(rng) if rng.random() < 0.25 else str(rng.choice(_ENGLISH))
        for _ in range(int(rng.integers(4, 20)))
    ]
    for index in range(4, len(words) - 2):
        if rng.random() < 0.1:
            words[index] += ","
    return " ".join(words) + str(rng.choice([".", "?", "!"]))


def _invented(rng: np.random.Generator) -> str:
    """Return a word that no dictionary has: it brings sounds together that words seldom do."""
    return "".join(
        str(rng.choice(_ONSETS)) + str(rng.choice(_VOWELS)) + str(rng.choice(_CODAS))
        for _ in range(int(rng.integers(1, 4)))
    )
