"""What French and English texts say around a one-time code, and around numbers that are none.

All words are as inbox.codes compares them: in lower case, without accents.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Each alone says that a code stands here …
CODE = words("code codes otp pin tan passcode password passe 2fa mfa otac")
#: … unless it is another kind of code: `zip code`, `code postal`, `code de réduction`.
OTHER_CODE_BEFORE = words(
    "area postal zip post promo promotion promotional tracking discount coupon voucher gift referral qr bar dress "
    "source country error sort swift dialling product reward invite invitation"
)
OTHER_CODE_BEHIND = words(
    "postal promo promotion promotionnel promotionnelle avantage cadeau barre barres erreur parrain parrainage "
    "reduction remise suivi colis article produit source qr client vestimentaire civil penal iban guichet banque "
    "review of"
)
#: These say it less surely: they name what a code is for.
PURPOSE = words(
    "verification verify verifier verifiez authentication authentification authenticate authentifier confirm "
    "confirmation confirmer confirmez security securite activation activate activer validation validate valider "
    "login connexion connecter identification identifier token jeton unique passwordless signin sign"
)
#: What a number belongs to that stands directly behind them.
THING = words(
    "order orders commande commandes tracking suivi colis parcel package shipment envoi expedition invoice facture "
    "ref reference references ticket billet dossier booking reservation customer client account compte card carte "
    "ending flight vol train tgv room chambre seat siege place gate porte contract contrat iban policy police siret "
    "siren balance solde voiture wagon quai platform box casier locker table case extension poste bureau version "
    "model modele lot route ligne line bus taxi agence departement article art chapter page lieu"
)
#: What may stand between the two: `commande n° 12345`, `order number is 12345`.
FILLER = words("n no nr num number numero numeros id identifiant is est a the le la l de du of")
#: Behind these a thing is only what the code is for: `code de connexion à votre compte est`.
PREPOSITION = words("a au aux pour for to of de du des d sur on with avec in dans chez at par by from")
DETERMINER = words("the le la les l your votre vos ton ta tes this that ce cet cette my mon ma notre nos un une an")
#: A number behind these is called, or written to.
CALL = words(
    "stop call calls appelez appeler composez dial text sms reply repondez envoyez tel telephone phone fax whatsapp "
    "3sms contactez contact"
)
CALL_AT = words("au a le to at on us the nous")
#: Behind these it is a time, or a bound.
TIME_BEFORE = words("until till before after within by at in since jusqu avant apres dans en depuis vers sous entre")
#: Before these it counts something.
UNIT = words(
    "eur euro euros usd dollar dollars gbp pounds chf cts cent cents centimes fcfa h hr hrs hour hours heure heures "
    "min mins mn minute minutes s sec secs second seconds seconde secondes day days jour jours week weeks semaine "
    "semaines month months mois year years an ans annee annees point points pts km m cm mm kg g go mo ko gb mb kb "
    "kwh litres miles people personnes clients times fois items articles steps pas sms am pm"
)
CURRENCY = words("eur usd gbp chf rs inr aed")
#: A text that says this sells something: its codes are for everybody.
SALE = words("promo promos remise remises reduction reductions discount soldes coupon voucher offert offerte off")
#: What leads from one to the other: `code is 123456`, `123456 est votre code`.
LINK = words("is est are sont be sera")
LEAD = LINK | words("as comme pour to for")
#: What one is told to do with a code.
USE = words(
    "use enter type input utilisez utiliser saisissez saisir entrez entrer tapez renseignez indiquez communiquez "
    "with avec provide give"
)
#: Behind these a full stop ends no sentence.
ABBREVIATION = words("no nr n num ref tel art st mr mme")
#: Letters that are written before the digits and not typed: `G-132619`.
PREFIX = words("g fb ig")
