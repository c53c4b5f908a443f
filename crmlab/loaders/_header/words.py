"""What owners call the columns of our tables, in the languages that exports are written in.

A name is compared without case, blanks and punctuation; the better known one stands first. Where
a table means something of its own by a column, its entry reads `table.column`.
"""

import functools
from collections.abc import Iterable

from crmlab.contracts import Contract

__all__ = ["list_words", "means_other"]

# A longer name that ends in one of our words means something else with one of these in front.
_OTHER_MEANINGS = (
    "average; balance; billing; birth; cancelled; canceled; card; charge; compare; converted; "
    "cost; delivery; deposit; discount; due; estimated; expected; fee; fees; fulfilled; last; "
    "max; min; modified; next; outstanding; parent; percent; points; processing; promotion; rate; "
    "recipient; refund; refunded; requested; seller; settlement; ship; shipped; shipping; tax; "
    "taxes; tip; unit; update; updated; vat; vendor; warehouse; 배송; 배송비; 할인; 세금; 수수료; "
    "환불; 취소; 반품; 적립; 포인트; 쿠폰; 정산; 수취인; 수령인; 판매자; 생년; 수정; 최종; 발송; "
    "예정; versand; steuer; rabatt; gebühr; erstattung; storno; liefer"
)

_WORDS = {
    # --- whom, when, how much ---
    "customer_id": "customer id; customer number; customer no; customer code; customer key; "
    "cust id; cust no; custid; customer; client id; client number; client code; client; buyer id; "
    "buyer user id; user id; member id; member number; member no; member; account id; "
    "account number; shopper id; guest id; person id; household key; card number; kunnr; "
    "kundennr; kunden nr; kundennummer; kunden id; kunde; id client; numéro client; code client; "
    "cliente id; id cliente; codigo cliente; cliente; klant id; klantnummer; 고객id; 고객아이디; "
    "고객번호; 고객코드; 고객; 구매자id; 구매자아이디; 구매자번호; 주문자id; 주문자아이디; "
    "회원id; 회원아이디; 회원번호; 회원; 顧客id; 顧客番号; 会員番号; 会員id; 客户编号; 客户id; "
    "会员编号; buyer username; user name; username; buyer; user; purchaser; customer email; "
    "buyer email; email; email address; e mail; 이메일; 구매자이메일; customer name; "
    "contact name; client name; billing name; buyer name; kundenname; 고객명; 구매자명; 구매자; "
    "주문자명; 주문자; 회원명; 구매자전화번호; 구매자연락처; 주문자연락처; customer phone; phone; "
    "phone number; 전화번호; 휴대폰번호",
    "date": "date; order date; purchase date; transaction date; transaction dt; trans date; "
    "txn date; sale date; sales date; invoice date; date of purchase; date of order; "
    "order datetime; order timestamp; order purchase timestamp; purchase timestamp; purchased at; "
    "ordered at; order time; order day; booking date; posting date; receipt date; payment date; "
    "paid date; paid at; payments date; created at; created; created date; creation date; "
    "date created; datetime; date time; timestamp; day; audat; budat; erdat; fkdat; datum; "
    "bestelldatum; kaufdatum; rechnungsdatum; buchungsdatum; auftragsdatum; belegdatum; "
    "date de commande; date commande; date d achat; fecha; fecha de compra; fecha pedido; data; "
    "data ordine; data do pedido; besteldatum; 주문일; 주문일시; 주문일자; 주문날짜; 결제일; "
    "결제일시; 결제일자; 구매일; 구매일시; 구매일자; 거래일; 거래일시; 거래일자; 판매일; "
    "판매일자; 매출일; 매출일자; 승인일시; 일자; 날짜; 일시; 注文日; 注文日時; 購入日; 日付; "
    "订单日期; 下单时间; 日期",
    "amount": "amount; net sales; sales; sales amount; net amount; line total; line amount; "
    "item total; subtotal; sub total; revenue; net revenue; turnover; spend; sales price; "
    "sales value; amount paid; paid amount; transaction amount; purchase amount; payment value; "
    "payment amount; item price; total price; total amount; order value; order amount; total; "
    "order total; grand total; total paid; total sales; gross sales; gross amount; amt; value; "
    "netwr; dmbtr; betrag; umsatz; nettobetrag; gesamtbetrag; rechnungsbetrag; bestellwert; "
    "summe; gesamt; montant; montant total; chiffre d affaires; importe; importo; monto; valor; "
    "bedrag; 결제액; 결제금액; 실결제금액; 총결제금액; 총주문금액; 주문금액; 판매금액; 매출액; "
    "매출; 구매금액; 구매액; 거래금액; 합계금액; 총금액; 총액; 합계; 금액; 金額; 売上; 売上金額; "
    "合計; 金额; 销售额; price; 가격",
    "order_id": "order id; order number; order no; order code; order key; transaction id; "
    "invoice no; invoice number; invoice id; invoice; basket id; receipt id; receipt number; "
    "receipt no; ticket number; sales record number; document number; vbeln; order; "
    "bestellnummer; bestell nr; auftragsnummer; rechnungsnummer; belegnummer; numéro de commande; "
    "numero pedido; id pedido; 주문번호; 주문id; 주문코드; 거래번호; 영수증번호; 결제번호; "
    "注文番号; 订单号; 订单编号; num; id; name",
    "product_id": "product id; product code; product number; product key; item id; item code; "
    "item number; item no; stock code; sku; article; article id; article number; matnr; "
    "artikelnummer; artikel nr; lineitem sku; 상품코드; 상품번호; 상품id; 품번; 품목코드; "
    "商品コード; 商品番号; 商品编号; product; item; product name; item name; lineitem name; "
    "description; artikel; produkt; 상품명; 상품; 품목; 품명; 제품명; 商品名",
    "quantity": "quantity; qty; order quantity; quantity ordered; quantity purchased; "
    "lineitem quantity; units; pieces; number of items; item count; items; count; menge; anzahl; "
    "stückzahl; quantité; quantite; qté; cantidad; quantità; quantidade; aantal; 수량; 구매수량; "
    "주문수량; 판매수량; 구매수; 개수; 갯수; 数量; 個数; kwmeng",
    "unit_price": "unit price; price each; price per unit; price per item; price per piece; "
    "unit cost price; single price; item unit price; lineitem price; unit amount; list price; "
    "stückpreis; einzelpreis; preis pro stück; prix unitaire; precio unitario; prezzo unitario; "
    "preço unitário; stuksprijs; 단가; 판매단가; 상품단가; 개당가격; 単価; 单价; 상품가격; "
    "판매가; 판매가격; price; preis; prix; precio; 가격",
    "cost": "cost; cost of goods; cogs; unit cost total; line cost; wareneinsatz; kosten; coût; "
    "coste; costo; 원가; 매출원가; 비용; 原価",
    "channel": "channel; sales channel; order channel; source name; medium; marketing channel; "
    "contact channel; vertriebskanal; kanal; canal; 채널; 판매채널; 주문경로; 유입경로; 판매처; "
    "チャネル; 渠道",
    "source": "source; system; source system; data source; origin system; quelle; herkunft; 출처; "
    "시스템; 원천; 데이터출처",
    "source_id": "source id; record id; record number; id in system; external id; system id; "
    "quell id; 원천id; 레코드id; 외부id",
    "is_return": "is return; return; returned; is returned; return flag; retoure; 반품여부; 반품",
    # --- what became of an order ---
    "status": "status; order status; financial status; payment status; order state; "
    "transaction status; bestellstatus; zahlungsstatus; statut; estado; stato; "
    "주문상태; 결제상태; 처리상태; 진행상태; 배송상태; 상태; 注文状況; 订单状态",
    "refunded": "refunded; amount refunded; refund; refund amount; refunded value; "
    "returned amount; erstattung; erstattet; erstattungsbetrag; remboursement; reembolso; "
    "rimborso; 환불금액; 환불액; 환불; 취소금액; 반품금액; 返金額; 退款金额",
    "order_refunded": "order refunded; refunded amount; refunded total; total refunded; "
    "order refund; order refund amount; total refund amount; 총환불금액; 주문환불금액",
    "order_total": "order total; order amount; order value; order subtotal; subtotal; "
    "bestellsumme; 주문금액; 주문총액; 총주문금액",
    "order_paid": "order paid; amount paid; total paid; paid total; total charged; grand total; "
    "실결제금액; 총결제금액; 최종결제금액",
    "currency": "currency; currency code; order currency; currency iso; iso currency; waerk; "
    "waers; währung; devise; moneda; valuta; moeda; 통화; 통화코드; 화폐; 通貨; 货币",
    "is_test": "is test; test; test order; is test order; test mode; testbestellung; 테스트; "
    "테스트주문",
    # --- who the customers are ---
    "joined": "joined; join date; joined at; date joined; registered; registration date; "
    "registered at; sign up date; signup date; member since; customer since; first day; "
    "hire date; start date; created at; eintritt; eintrittsdatum; registrierungsdatum; "
    "date d inscription; fecha de alta; 가입일; 가입일자; 가입일시; 등록일; 입사일; 入会日; "
    "登録日; 注册日期",
    "region": "region; province; state; area; bundesland; provincia; région; 지역; 시도; "
    "광역시도; 都道府県; 省",
    "district": "district; city; county; town; landkreis; stadt; ville; ciudad; 시군구; 구군; "
    "도시; 市区町村; 市",
    "birth_year": "birth year; year of birth; born; geburtsjahr; année de naissance; "
    "año de nacimiento; 출생연도; 출생년도; 생년; 生年",
    "sex": "sex; gender; geschlecht; sexe; sexo; sesso; 성별; 性別; 性别",
    "household_id": "household id; household; household key; household number; haushalt; "
    "haushalt id; 가구id; 가구번호; 세대번호",
    "longitude": "longitude; lon; lng; long; x; längengrad; 경도; 経度",
    "latitude": "latitude; lat; y; breitengrad; 위도; 緯度",
    "name": "name; full name; customer name; contact name; person; vollständiger name; nom; "
    "nombre; nome; 이름; 성명; 성함; 고객명; 회원명; 氏名; 名前; 姓名",
    "phone": "phone; phone number; telephone; tel; mobile; mobile number; mobile phone; "
    "cell phone; telefon; telefonnummer; handy; handynummer; téléphone; teléfono; telefono; "
    "전화번호; 휴대폰; 휴대폰번호; 휴대전화; 핸드폰; 핸드폰번호; 연락처; 電話番号; 电话; 手机",
    "email": "email; e mail; email address; mail; e mail adresse; mail address; courriel; correo; "
    "correo electrónico; 이메일; 이메일주소; 메일; 전자우편; メール; メールアドレス; 邮箱",
    "address": "address; postal address; street address; home address; street; adresse; "
    "anschrift; dirección; indirizzo; endereço; 주소; 도로명주소; 배송지주소; 住所; 地址",
    "birth_date": "birth date; date of birth; birthday; dob; birthdate; geburtsdatum; "
    "date de naissance; fecha de nacimiento; data di nascita; 생년월일; 생일; 生年月日; 出生日期",
    "updated": "updated; updated at; last updated; update date; last modified; modified at; "
    "modified; changed; changed on; geändert am; 수정일; 수정일시; 변경일; 갱신일; 更新日",
    # --- what they allowed, said and brought ---
    "purpose": "purpose; reason; goal; use; zweck; finalité; 목적; 이용목적; 수신목적; 目的",
    "granted": "granted; consent; consented; opt in; opted in; accepted; allowed; agreed; "
    "einwilligung; zugestimmt; 동의여부; 동의; 수신동의; 同意",
    "referrer_id": "referrer id; referrer; referred by; recommender; recommender id; inviter; "
    "inviter id; referring customer; referring customer id; werber; 추천인; 추천인id; "
    "추천인아이디; 추천회원; 紹介者",
    "kind": "kind; type; category; topic; subject; event; event type; action; response type; "
    "complaint type; art; typ; 종류; 유형; 구분; 분류; 種類; 类型",
    "resolved_days": "resolved days; days to resolve; resolution days; days open; "
    "resolution time; bearbeitungstage; 처리일수; 해결일수; 소요일수",
    # --- what was done ---
    "campaign_id": "campaign id; campaign; campaign code; campaign key; campaign number; "
    "mailing id; kampagne; kampagnen id; 캠페인; 캠페인id; 캠페인번호; 캠페인코드",
    "window_days": "window days; window; response window; attribution window; days counted; "
    "유효일수; 측정기간; 반응기간",
    "design": "design; test design; experiment design; selection; 설계; 실험설계",
    "offer": "offer; promotion; incentive; angebot; offre; oferta; 혜택; 제안; 오퍼",
    "price": "price; list price; unit price; retail price; preis; listenpreis; prix; precio; "
    "가격; 정가; 판매가; 단가; 価格; 价格",
    "margin": "margin; gross margin; profit; contribution; marge; deckungsbeitrag; margen; 마진; "
    "이익; 이윤; 매출이익",
    "cost_per_contact": "cost per contact; contact cost; unit contact cost; cost per mailing; "
    "cost per message; kontaktkosten; 접촉비용; 건당비용; 발송단가",
    "treated": "treated; treatment; test group; contacted; is treated; exposed; behandelt; "
    "실험군; 처치; 처치여부; 발송여부",
    "outcome": "outcome; result; response; ergebnis; résultat; resultado; 결과; 반응; 반응결과",
    "coupon_id": "coupon id; coupon; coupon code; coupon number; voucher; voucher id; "
    "voucher code; gutschein; gutscheincode; 쿠폰; 쿠폰id; 쿠폰번호; 쿠폰코드",
    "issued": "issued; issue date; issued at; date issued; sent; ausgegeben; ausgestellt; 발급일; "
    "발급일시; 발행일",
    "expires": "expires; expiry; expiry date; expiration date; valid until; gültig bis; ablauf; "
    "ablaufdatum; 만료일; 유효기간; 유효기한",
    "face_value": "face value; coupon value; voucher value; discount amount; value; nennwert; "
    "쿠폰금액; 할인금액; 액면가",
    "redeemed": "redeemed; redeemed at; redemption date; used; used at; date used; eingelöst; "
    "eingelöst am; 사용일; 사용일시; 사용일자",
    # --- contracts, service, goods ---
    "start": "start; start date; started; started at; begin; begin date; first day; "
    "subscription start; launch date; beginn; vertragsbeginn; 시작일; 시작일자; 개시일; 가입일; "
    "開始日",
    "end": "end; end date; ended; ended at; cancelled at; cancellation date; termination date; "
    "churn date; subscription end; last day; ende; vertragsende; kündigungsdatum; 종료일; 해지일; "
    "해지일자; 만료일; 終了日; 解約日",
    "plan": "plan; tariff; tariff name; subscription plan; package; tarif; 요금제; 상품; 플랜; "
    "プラン",
    "monthly_fee": "monthly fee; monthly price; fee; mrr; monthly charge; monthly charges; "
    "price per month; monatsgebühr; monatspreis; 월요금; 월회비; 월정액; 월납부액; 月額",
    "monthly_cost": "monthly cost; cost per month; cost to serve; monatskosten; 월비용; 월원가",
    "instructor_id": "instructor id; instructor; teacher; teacher id; trainer; trainer id; tutor; "
    "lehrer; 강사; 강사id; 강사번호; 교사; 교사번호; 선생님",
    "branch_id": "branch id; branch; branch code; store id; store; store number; shop id; outlet; "
    "filiale; filialnummer; 지점; 지점id; 지점번호; 지점코드; 매장; 매장코드; 점포",
    "left": "left; leaving date; left at; date left; last day; termination date; exit date; "
    "austritt; austrittsdatum; 퇴사일; 퇴직일",
    "month": "month; month start; period; year month; monat; mois; mes; 월; 년월; 연월; 기준월; 月",
    "planned": "planned; planned visits; scheduled; scheduled visits; visits planned; agreed; "
    "geplant; 계획; 예정횟수; 계획횟수",
    "held": "held; visits held; done; completed visits; visits done; actual visits; durchgeführt; "
    "실시; 실시횟수; 방문횟수",
    "opened": "opened; opening date; open date; opened at; open since; eröffnung; "
    "eröffnungsdatum; 개점일; 개업일; 오픈일",
    "department": "department; division; product group; top category; main category; abteilung; "
    "warengruppe; rayon; departamento; 부문; 대분류; 部門",
    "category": "category; sub category; subcategory; product category; class; kategorie; "
    "catégorie; categoría; 카테고리; 분류; 중분류; 품목군; カテゴリ; 类别",
    "product_name": "product name; product; item name; item; product title; title; description; "
    "produktname; bezeichnung; artikelbezeichnung; 상품명; 품명; 품목명; 제품명; 商品名; 商品名称",
    # --- where a table means something of its own ---
    "customers.customer_id": "id",
    "identities.source_id": "id; customer id; customer number; kundennummer; 고객번호; 회원번호",
    "products.product_id": "id",
    "campaigns.campaign_id": "id",
    "coupons.coupon_id": "id; code",
    "instructors.instructor_id": "id; employee id; staff id; personalnummer; 직원번호",
    "branches.branch_id": "id",
    "consents.date": "consent date; consented at; 동의일; 동의일자",
    "contacts.date": "contact date; contacted at; sent at; send date; 발송일; 접촉일",
    "responses.date": "response date; responded at; event time; 반응일",
    "referrals.date": "referral date; referred at; joined; join date; 추천일; 가입일",
    "complaints.date": "complaint date; received at; date received; 접수일; 접수일시; 민원일",
    "spend.date": "week; month; period",
    "spend.amount": "cost; ad spend; spending; expense; expenses; budget; marketing cost; kosten; "
    "ausgaben; 광고비; 비용; 지출; 집행금액",
    "campaigns.name": "campaign name; title; 캠페인명",
    "branches.name": "branch name; store name; filialname; 지점명; 매장명; 점포명",
}


def list_words(contract: Contract, column: str) -> list[str]:
    """Names that owners give to a column of a table, the better known ones first."""
    own = _WORDS.get(f"{contract.name}.{column}", "")
    listed = f"{column.replace('_', ' ')}; {own}; {_WORDS.get(column, '')}"
    return list(dict.fromkeys(word for part in listed.split(";") if (word := part.strip())))


@functools.cache
def _list_other_meanings() -> frozenset[str]:
    return frozenset(_OTHER_MEANINGS.split("; "))


def means_other(words: Iterable[str]) -> bool:
    """Whether a name means something else than the word of ours it holds, by its other words."""
    others = _list_other_meanings()
    return any(
        word in others or any(not other.isascii() and other in word for other in others)
        for word in words
    )
