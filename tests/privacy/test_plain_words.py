"""Passwords, answers to security questions and user names that are plain words."""

import pytest

from qa_pipeline.privacy import redact_conversation
from tests.privacy.talk import talk, texts

REDACTED = [
    ("C: my password is sunflower", "my password is [account]"),
    ("C: The password's Sunflower, with a capital S.",
     "The password's [account], with a capital S."),
    ("C: the password for the website would be purple elephant and it fails",
     "the password for the website would be [account] and it fails"),
    ("C: I used rainbow as my password", "I used [account] as my password"),
    ("C: My mother's maiden name is Carter.", "My mother's maiden name is [account]."),
    ("C: The answer to my security question is Rover",
     "The answer to my security question is [account]"),
    ("A: What's your password?\nC: Erm, I think it's sunflower.", "Erm, I think it's [account]."),
    ("A: Can you tell me your memorable word please?\nC: Pineapple.", "[account]."),
    ("A: And the name of your first pet?\nC: Rover", "[account]"),
    ("A: For security, which town were you born in?\nC: It was Kendal I believe.",
     "It was [account] I believe."),
    ("A: What's your password?\nC: Let me think.\nA: Take your time.\nC: Right, it's sunflower.",
     "Right, it's [account]."),
    ("A: Your password?\nC: Sunflower.\nA: Sunflower, thank you.", "[account], thank you."),
    ("C: My username is happy camper", "My username is [account]"),
    ("A: What's your user name?\nC: Sparky", "[account]"),
    ("C: I am on Skype as sparky dave", "I am on Skype as [account]"),
    ("C: try rainbow for the password, the new one is thunder",
     "try [account] for the password, the new one is [account]"),
    ("C: I changed my password, which was rainbow, yesterday",
     "I changed my password, which was [account], yesterday"),
    ("C: I signed up under the username happy camper.",
     "I signed up under the username [account]."),
    ("C: 密码是我的生日", "密码是[账号]"),
    ("C: 我的密码是春暖花开，记一下", "我的密码是[账号]，记一下"),
    ("C: 密码原来设的是春暖花开吧", "密码原来设的是[账号]吧"),
    ("C: 安全问题的答案是上海", "安全问题的答案是[账号]"),
    ("A: 您的登录密码是什么\nC: 嗯，应该是春暖花开", "嗯，应该是[账号]"),
    ("A: 密保问题，您母亲叫什么名字\nC: 王桂芬", "[账号]"),
    ("C: 我的微信号是春天的风", "我的微信号是[账号]"),
    ("C: 我微信叫快乐小猪，加一下", "我微信叫[账号]，加一下"),
    ("C: 用户名是小猪佩奇九九", "用户名是[账号]"),
    ("A: 您的用户名是\nC: 快乐小猪", "[账号]"),
]  # fmt: skip
KEPT = [
    "C: My password is not working and my username is locked.",
    "C: the password is too short, the password was rejected, the password is case sensitive",
    "C: my username is my email and my password is the same as before",
    "C: my password is apparently incorrect",
    "C: the password on the app is broken I think",
    "C: my login is slow and my Instagram is down",
    "A: What's your password?\nC: I can't remember, sorry.",
    "A: What's your password?\nC: Which one? The one for the app?",
    "A: What's your password?\nC: Bear with me a second.",
    "A: I have reset your password.\nC: Lovely.",
    "A: Please never tell anybody your password.\nC: Understood.",
    "A: Could you reset your password for me?\nC: Done.",
    "C: Can you change my password?\nA: Certainly.",
    "A: The answer is yes, your account is active.",
    "C: My problem is my password.",
    "C: My password is my own business.",
    "C: The password page says try again later",
    "A: 用户名和密码是您自己设置的吗\nC: 是我儿子弄的",
    "A: 核实身份，请问您的姓名\nC: 张伟",
    "C: 密码是不是要改", "C: 密码是错的，一直提示错误", "C: 我的密码是我老公设的",
    "C: 密码是六位数字",
    "C: 密码忘了", "C: 密码是多少来着", "C: 密码是对的", "C: 微信号就是手机号", "C: 用户名是什么",
    "C: 微信是绑定的", "C: 微信是最新版本",
    "A: 请问您的密码是多少\nC: 我忘记了", "A: 请问您的密码是多少\nC: 稍等，我看一下",
    "A: 您的密码已经重置\nC: 谢谢", "A: 请不要把密码告诉别人\nC: 知道了",
    "A: 请问您的用户名是什么\nC: 就是手机号",
]  # fmt: skip


@pytest.mark.parametrize(("said", "last"), REDACTED)
def test_a_secret_that_is_a_plain_word_goes(said: str, last: str) -> None:
    assert texts(redact_conversation(talk(said)).conversation)[-1] == last


@pytest.mark.parametrize("said", KEPT)
def test_talk_about_passwords_and_user_names_stays(said: str) -> None:
    conversation = talk(said)
    assert redact_conversation(conversation).conversation == conversation
