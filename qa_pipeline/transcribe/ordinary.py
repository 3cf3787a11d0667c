"""Ordinary words, which are no misheard names however much they sound like one.

The commonest words of calls, written down by hand: "in" is no Ian, "nine a" no Nina, 下雨 no 夏雨.
"""

from collections.abc import Sequence

_ENGLISH_WORDS = """
a an the this that these those here there where when why how what which who whose whom i me my
mine myself we us our ours you your yours he him his she her hers it its they them their am is are
was were be been being do does did done doing have has had having can could will would shall
should may might must ought need not no nor yes yeah yep okay ok please thanks thank hello hi hey
bye sorry right well now then so too also just only even still yet already again ever never always
often once twice soon later before after since until till while during ago and or but if because
than though although unless whether as like in on at by to of off for from with without into onto
out over under up down about above below between through around near next along across behind
beside against per via zero one two three four five six seven eight nine ten eleven twelve
thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty
seventy eighty ninety hundred thousand million first second third half double triple few many much
more most less least some any all none every each both either neither other another same such own
several pound pounds euro euros dollar dollars cent cents pence percent price prices pay paid pays
cost costs bill bills fee fees charge charges charged money refund day days week weeks month
months year years hour hours minute minutes moment time today tomorrow yesterday tonight morning
afternoon evening night noon monday tuesday wednesday thursday friday saturday sunday january
february march april june july august september october november december go goes going gone went
come comes came get gets getting got give gives gave given take takes took taken make makes made
put say says said tell tells told ask asks asked know knows knew think thought see saw seen look
looks looked want wants wanted use used try tried call calls called let lets keep kept find found
work works worked help helped send sent show check checked change changed wait hold turn start
stop leave left mean means feel felt hear heard speak spoke talk read write wrote set run ran
bring brought buy bought order ordered open close closed line lines phone number numbers name
names account address email mail code card bank house home room door box key man men woman people
person customer agent thing things way place part side end top back front point case fact lot kind
sort bit problem question answer reason good bad better best worse great nice fine sure true wrong
new old big small long short high low fast slow early late last free full empty ready easy hard
hot cold clear different able really very quite maybe perhaps probably actually anyway else away
together rather
aim alien alliance allies alone annual army baby ban bath began begin begun bin bone breath car
care careful carry cat chain chosen cleared clearly client clients clinic coal coalition color
column con cry dad damn dawn deny drawn earn final firing garden gate golden grades grass gray
green grew grey hair hall hell highly hill hole holy idea ideas ideal jail jet join joined kick
kit knock lake league leg lie lies likely lips list lists loss luck lucky mad main making mall
marriage marry mate meaning meant meat meeting met milk mill mind mini mining missing mix moving
mr mrs ms nail neck newly non oil pace paint palm party past peace pen pet pit plate poem poet pot
press prize pull rain raise raw review reviews rid rise row runs sale sales sand scary sea seal
season seem seems sell semi shares shown silly sin sir someone son south star station stay steam
stone sum sun team teams tear tend test tests tied ties tiny tired tissue ton tone tons town trap
twin wall wild win wind window wound elite wallet
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())

_MANDARIN_WORDS = """
我们 你们 您们 他们 她们 它们 自己 大家 别人 这个 那个 哪个 这些 那些 这里 那里 哪里 这边
那边 这样 那样 怎样 怎么 什么 为何 多少 几个 一个 两个 有些 一些 一下 一点 一样 一直 一定
一般 一起 一次 每天 每月 每年 今天 明天 昨天 后天 前天 现在 以前 以后 以来 以上 以下 之前
之后 刚才 刚刚 马上 立刻 已经 曾经 正在 将来 时间 时候 小时 分钟 上午 下午 中午 晚上 早上
周末 周一 周二 周三 周四 周五 周六 周日 月底 月初 年底 平时 可以 可能 可是 能够 应该 必须
需要 想要 希望 愿意 知道 明白 清楚 了解 理解 理会 认为 觉得 感觉 发现 记得 忘记 告诉 说明
解释 介绍 回答 回复 询问 请问 咨询 查询 检查 核实 确认 登记 记录 提供 提交 提醒 通知 联系
处理 办理 受理 解决 安排 操作 使用 设置 修改 更改 更换 取消 恢复 开通 关闭 注销 升级 退订
订购 购买 支付 付款 退款 退货 换货 发货 收货 收到 收费 扣费 扣款 缴费 充值 转账 到账 账单
账户 账号 费用 价格 金额 余额 免费 优惠 活动 套餐 流量 话费 宽带 网络 上网 信号 手机 电话
号码 短信 邮件 邮箱 密码 验证 身份 地址 姓名 名字 公司 部门 同事 客服 客户 用户 先生 女士
小姐 经理 主管 师傅 工程 人员 专员 工号 工作 服务 问题 情况 原因 结果 方法 方式 方便 麻烦
抱歉 对不 不起 谢谢 感谢 没有 没事 没关 关系 不是 不会 不能 不要 不用 不好 不对 不行 不过
但是 因为 所以 如果 虽然 而且 或者 还是 还有 然后 于是 其实 其他 另外 只是 只有 只要 除了
关于 对于 由于 根据 按照 通过 经过 非常 特别 比较 最近 最后 最多 最少 更多 很多 许多 全部
部分 所有 任何 成功 失败 完成 开始 结束 继续 停止 等待 稍等 等下 稍后 保持 注意 小心 放心
满意 投诉 建议 意见 评价 反馈 高兴 开心 生气 着急 耐心 安全 风险 保险 保证 保护 合同 协议
规定 要求 条件 标准 范围 期限 到期 有效 无效 下雨 天气 和平 平安 平台 向上 向下 上面 下面
里面 外面 前面 后面 旁边 中间 附近 地方 地区 城市 中国 北京 上海 家里 房子 小区 快递 包裹
订单 商品 产品 质量 数量 颜色 大小 型号 品牌 官网 网站 网页 软件 系统 程序 页面 点击 登录
注册 下载 安装 打开 关掉 重启 连接 断开 掉线 速度 路由 机器 设备 电脑 电视 电池 充电 维修
上门 预约 师父 来电 接听 接通 转接 挂断 打来 打给 回来 回去 出来 出去 进来 进去 过来 过去
起来 上来 下来 看看 看到 听到 听见 说话 说过 意思 事情 东西 办法 机会 能力 水平 经验 信息
资料 文件 证件 材料 理由 道理 重要 简单 复杂 容易 困难 正常 异常 正确 错误 准确 完全 直接
直到 及时 立即 随时 有时 当时 同时 临时 暂时
"""
# Some are halves of longer words: a neighbour of a run is looked at with one of its characters.
_MANDARIN = frozenset(_MANDARIN_WORDS.split())
_MOST_LIKE_A_NAME = 6
"""A brand of so many letters is not said by chance with the letters of other words."""
_BEFORE_A_NAME = (
    ("name", "is"),
    ("name's",),
    ("called",),
    ("mister",),
    ("mr",),
    ("mrs",),
    ("miss",),
)
_AFTER_A_NAME = frozenset(("speaking", "from", "calling", "how", "here", "and"))
_BEFORE_ANYTHING = (("this", "is"), ("i", "am"), ("i'm",))
_AFTER_ONLY_A_NAME = frozenset(("speaking", "from", "calling", "how"))
_INTRODUCES_IN_MANDARIN = "是叫姓"


def is_ordinary_english(words: Sequence[str], name_letters: str) -> bool:
    """Tell whether a run of words is ordinary talk and not a name of these letters.

    ``words``: in lower case, without marks. A long name may be written apart ("home hub").
    """
    plain = [word.replace("’", "'").removesuffix("'s") for word in words]
    if not all(word in _ENGLISH for word in plain):
        return False
    return len(name_letters) < _MOST_LIKE_A_NAME or "".join(plain) != name_letters


def introduces(before: Sequence[str], after: str | None) -> bool:
    """Tell whether a name stands between: "my name is .", "this is . from".

    ``before``: words in lower case, without marks. ``after``: the next, ``None`` where a pause
    or a mark ends the sentence.
    """
    said = tuple(word.replace("’", "'") for word in before)
    if any(said[-len(opening) :] == opening for opening in _BEFORE_A_NAME):
        return after is None or after in _AFTER_A_NAME
    return after in _AFTER_ONLY_A_NAME and any(
        said[-len(opening) :] == opening for opening in _BEFORE_ANYTHING
    )


def is_ordinary_mandarin(before: str, run: str, after: str) -> bool:
    """Tell whether two characters, or one and its neighbour, are an ordinary word.

    ``before`` and ``after``: the neighbouring characters, empty at the ends. Who introduces
    themselves (我是, 我叫, 姓) says a name all the same.
    """
    if before and before in _INTRODUCES_IN_MANDARIN:
        return False
    return any(word in _MANDARIN for word in (run, before + run[0], run[-1] + after))
