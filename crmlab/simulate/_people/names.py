"""Korean names: surnames with the shares of the 2015 census, given names by sex and generation."""

from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

__all__ = ["ROADS", "given_names", "surnames"]

# Thousands of bearers in the census of 2015; spellings of one sound are added up.
_SURNAMES = (
    "김 10690 이 7307 박 4192 최 2334 정 2407 강 1177 조 1454 윤 1021 장 993 임 1017 한 773 "
    "오 763 서 752 신 936 권 706 황 697 안 686 송 683 전 745 홍 559 유 1021 고 471 문 464 양 "
    "460 손 457 배 400 백 382 허 326 남 275 심 272 노 314 하 230 곽 203 성 199 차 194 주 232 "
    "우 194 구 210 나 161 민 171 진 186 지 159 엄 144 채 132 원 130 천 121 방 95 공 92 현 88 "
    "함 80 변 138 염 69 여 78 추 60 도 56 소 52 석 49 선 42 설 43 마 38 길 38 연 34 위 31 표 "
    "30 명 29 기 29 반 28 왕 25 금 25 옥 25 육 23 인 22 맹 22 제 21 모 21 탁 21 국 20 남궁 21 "
    "어 18 은 16 편 15 용 15 황보 10 제갈 5 선우 3"
)
# Common names, the most common first.
_COMMON = {
    ("F", "child"): (
        "서연 서윤 지우 서현 민서 하은 하윤 지유 윤서 지민 채원 수아 지아 은서 다은 예은 지윤 "
        "서아 예린 수빈 소율 예원 지안 하린 시은 유진 채은 윤아 유나 아린 가은 서영 민지 예서 "
        "수민 연우 나은 시아 다인 소윤 연서 주하 채윤 예나 지원 사랑 현서 수현 다연 예진 나윤 "
        "아윤 승아 유주 서은 하율 서우 이서 아인 규리 유빈 소은 보민 서진 정원 세아 나연 하영 "
        "지수 다현 하연 예빈 서하 혜원 채아 은채 수연 지현 은지 태희 나현 하람 유정 민주 주아 "
        "리아 로아 라희 다온 서율 나경 효주 소연 세은 시현 혜인 재이 해인 예지 도연 은우 가윤 "
        "다윤 가온 세연 규빈 솔 윤지 효린 보경 채린 서희 민아 하나 미소 소희 유림 아영 주은 "
        "다혜 정인 은별 새봄 가영 단아"
    ),
    ("M", "child"): (
        "민준 서준 예준 도윤 시우 주원 하준 지호 지후 준서 준우 현우 도현 지훈 건우 우진 선우 "
        "서진 민재 현준 연우 유준 정우 승우 승현 시윤 준혁 은우 지환 승민 지우 유찬 윤우 민성 "
        "준영 시후 진우 지원 수호 재윤 시현 동현 수현 태윤 민우 재원 한결 윤호 민규 이준 지안 "
        "시원 은찬 윤찬 우주 성민 준호 성현 재민 재현 태민 하율 규민 예성 지율 도훈 민찬 승준 "
        "민호 도하 태현 지성 준수 로운 이안 우빈 정민 현서 건 준 찬 율 성준 태양 동하 하람 "
        "주호 강민 민혁 승호 태경 상윤 재하 원준 동윤 승원 서우 재준 하진 시온 범준 도영 인우 "
        "현진 태오 유건 찬영 경민 다온 기현 세준 민석 은호 재우 상민 태훈 영민 형준 정현 해찬 "
        "유민 규현 담 태율 도율 지한"
    ),
    ("F", "adult"): (
        "영숙 정숙 미경 은주 은정 지영 미영 현정 수진 은영 혜진 지현 은경 미숙 현주 경숙 정희 "
        "영희 순자 명숙 미정 경희 유진 선영 수정 지은 혜경 윤정 민정 정아 소영 보람 지혜 은희 "
        "지연 미란 현숙 혜영 주연 아름 수연 민지 진희 유미 나영 혜정 연희 미선 진영 정은 선희 "
        "은미 향숙 옥희"
    ),
    ("M", "adult"): (
        "영수 성호 정호 상현 성진 성민 정훈 준호 영호 상훈 영철 영진 종수 재호 동현 지훈 성훈 "
        "민수 진호 상철 경수 병철 승현 현우 태영 진우 광수 재훈 동훈 영민 용호 정수 성수 기영 "
        "석진 창호 인호 철수 승호 우성 형준 민호 태호 대현 경호 종훈 명호 현수 준영 재석 상민 "
        "원석 정민 진수"
    ),
}
# First and second syllables of less common names: any pair may occur.
_SYLLABLES = {
    ("F", "child"): (
        "서지민하수예은윤채다유가나소시아연주보혜세효도규정재해",
        "연윤우서은유민원아린빈율현진영주나인희지경미담온채림",
    ),
    ("M", "child"): (
        "민서예도시주하지준현건우선유정승은윤진수재동태한성규이강상찬",
        "준우윤원호서현훈진재혁찬민성영후빈율환규석하건한결수",
    ),
    ("F", "adult"): (
        "영정미은지현수혜경선명순유윤민소보주아진나옥향희애",
        "숙경주정영진은희자아연선미란혜화",
    ),
    ("M", "adult"): (
        "영성정상준종재동지민진경병승현태광용기석창인철우형대명원",
        "수호현진민훈철영성우재석환규식섭욱태",
    ),
}
# Share of children and adults with one of the common names.
_COMMON_SHARE = 0.55

# Names that many towns give a street.
_ROADS = (
    "중앙로 시청로 학교로 역전로 시장로 평화로 통일로 충무로 세종로 퇴계로 율곡로 강변로 "
    "호수로 공원로 대학로 문화로 체육로 산업로 과학로 장미로 진달래로 은행나무로 소나무로 "
    "벚꽃로 무궁화로 청솔로 솔밭로 새마을로 희망로 행복로 번영로 신흥로 동산로 남산로 북문로 "
    "서문로 동문로 남문로 송정로 용담로 덕수로 봉화로 월곡로 금곡로 신촌로 원당로 갈마로 "
    "매봉로 청룡로 백제로"
)
ROADS = np.array(_ROADS.split())


@cache
def surnames() -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Surnames and their shares."""
    words = _SURNAMES.split()
    bearers = np.array(words[1::2], dtype=float)
    return np.array(words[::2]), bearers / bearers.sum()


@cache
def given_names(sex: str, generation: str) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
    """Given names of a sex ("F", "M") and generation ("child", "adult"), and their shares.

    Common names share `_COMMON_SHARE` with weights that fall with their rank; pairs of syllables
    share the rest, those of usual syllables more often.
    """
    common = _COMMON[sex, generation].split()
    shares = {name: 1 / (rank + 20) for rank, name in enumerate(common)}
    total = sum(shares.values())
    shares = {name: _COMMON_SHARE * share / total for name, share in shares.items()}
    first, second = _SYLLABLES[sex, generation]
    pairs = [
        pair for pair in product(enumerate(first), enumerate(second)) if pair[0][1] != pair[1][1]
    ]
    weights = np.array([1 / ((10 + a) * (10 + b)) for (a, _), (b, _) in pairs])
    for ((_, one), (_, two)), weight in zip(pairs, weights / weights.sum(), strict=True):
        shares[one + two] = shares.get(one + two, 0) + (1 - _COMMON_SHARE) * weight
    return np.array(list(shares)), np.array(list(shares.values()))
