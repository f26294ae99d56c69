using static Millrace.Guardrails.Injection.Concepts;

namespace Millrace.Guardrails.Injection;

/// <summary>
/// Words by what they mean, in English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian, Turkish, Chinese, Japanese
/// and Korean. A star stands for any ending. Case and accents do not count; they are left out here.
/// </summary>
internal static class LexiconWords
{
    /// <summary>The words of each meaning, between spaces.</summary>
    public static IReadOnlyList<(Concepts Meaning, string Words)> All { get; } =
    [
        (Ignore, """
            ignore ignores ignored ignoring disregard disregard* forget forgetting override overrid* bypass* discard* neglect overlook
            dismiss
            scrap erase wipe nullify void cancel drop supersede* countermand* skip unlearn abandon
            ignorier* vergiss vergesst vergessen missacht* ueberschreib* uberschreib* umgeh* verwirf verwerf*
            ignorez ignorer oublie oubliez oublier negliger* contourne* annule*
            ignora ignorad ignorar ignoren olvida olvidad olvidar olvide olviden descarta* omite omitir anula* salta* pasa
            ignorare ignorate dimentica* scorda* trascura* annulla* aggira*
            ignorem esqueca* esquecer desconsider* desconsidere despreza* contorn* burle
            negeer negeren vergeet omzeil* sla
            zignoruj* ignoruj* zapomnij* pomin* omin* obejdz
            игнорир* проигнорир* забудь* забыть отмени* обойди* обойти пропусти* отбрось*
            yoksay* unut unutun gormezden
            忽略 忽视 无视 忘记 忘掉 忘了 不理会 绕过 覆盖 跳过 抛开 不用管 別管 忽視
            無視 忘れ 忘れて 無効に 上書き 破棄 従わない
            무시 잊어 잊고 무효
            """),
        (Prior, """
            previous prior above earlier preceding former past foregoing all every any your existing current initial original given
            vorherig* vorige* vorangehend* obig* bisherig* fruher* fruheren alle aller allen deine deiner deinen ihre ihren
            precedent* precedente* anterieur* ci-dessus dessus toutes tous tes vos
            previas previos previo previa anterior anteriores arriba todas todos tus sus vuestras
            precedenti precedente sopra tutte tutti tue tuoi vostre
            anteriores previas acima teus suas seus
            vorige eerdere voorgaande bovenstaande alle jouw uw je
            poprzedni* wczesniejsz* powyzsz* wszystkie wszystkich swoje swoich twoje
            предыдущ* прежн* выше ранее все всех твои твоих свои ваши предшеств*
            onceki tum butun yukaridaki
            之前 以前 上面 以上 先前 前面 所有 全部 你的 您的 一切
            これまで 以前 上記 前の すべて 全て あなたの 今まで 先ほど
            이전 앞의 모든 위의 너의 당신의
            """),
        (Orders, """
            instruction instructions instruct prompt prompts preprompt rules rule directions directive* guideline* orders order command
            commands
            commandment* programming training context constraints system-prompt guidance briefing prompting instrs
            anweisung* instruktion* regel regeln vorgabe* befehl* richtlinie* systemprompt* prompts
            consignes consigne regle regles directives ordres invite
            instruccion* reglas regla indicaciones ordenes directrices
            istruzion* regole regola indicazioni ordini direttive
            instruco* instrucao instrucoes regras regra orientacoes diretrizes ordens
            instructie* regels opdracht* aanwijzing* richtlijn* systeemprompt*
            instrukcj* zasad* polecen* regul* wytyczn* prompt*
            инструкц* указан* правил* команд* промпт* директив* приказ* подсказк*
            talimat* kural* komut* yonerge*
            指令 指示 规则 規則 提示词 提示詞 提示 命令 系统提示 准则 要求 设定 规定
            プロンプト ルール 規則 命令 指図 ガイドライン
            지시 명령 규칙 프롬프트 지침
            """),
        (Limits, """
            limits limit limitation* restriction* filter filters safeguard* guardrail* safety policy policies ethic* moral* censorship
            boundaries
            guideline* content-policy alignment constraint* protections blocks moderation
            einschrankung* beschrankung* filter* sicherheitsricht* zensur grenzen schutzmassnahm*
            restrictions limites filtres censure securite ethique* barrieres
            restriccion* limites filtros censura seguridad etic* limitaciones
            restrizion* limiti filtri censura sicurezza etic* limitazioni
            restrico* limites filtros censura seguranca etic*
            beperking* grenzen filters veiligheids* censuur ethisch*
            ograniczen* filtr* cenzur* etyczn* bezpieczenstw* zabezpieczen*
            ограничен* фильтр* цензур* безопасност* этик* этическ* запрет*
            kisitlama* filtre* sansur* etik sinir*
            限制 过滤 过滤器 審查 审查 安全 道德 约束 政策
            制限 フィルター 検閲 倫理 安全 ポリシー 制約
            제한 필터 검열 윤리
            """),
        (You, """
            you your yourself u ya du dich dir sie ihr euch tu te toi vous vas tienes eres usted ustedes vosotros sei hai voi tua
            voce voces jij jou u ty ciebie jestes ci ты тебя вы вас тебе sen siz 你 您 あなた 君 お前 당신 너
            """),
        (Now, """
            now henceforth onwards forward starting hereafter today jetzt nun ab fortan maintenant desormais dorenavant ahora adelante
            ora adesso d'ora agora diante nu voortaan vanaf teraz odtad теперь отныне сейчас artik simdi
            现在 從現在 从现在 此刻 今 今から これから 이제 지금
            """),
        (Pretend, """
            pretend pretending act acting roleplay role-play roleplaying role play playing simulate simulat* impersonat* imagine become
            becoming
            persona character embody emulate assume behave transform speak
            spiel spiele spielst tu verhalte verhalt* simulier* stell rolle benimm agiere
            fais joue joues incarne* agis role comporte* simule* imagine*
            finge actua actuar actuas compor* rol simula* imagina* haz interpreta conviertete
            fingi agisci comportati ruolo simula* immagina* interpreta
            finja aja atue papel simule* imagine* comporte* faca
            doe gedraag speel rol simuleer stel
            udawaj zachowuj wciel role rola symuluj wyobraz graj
            притвор* веди роль сыграй действуй представь стань играй
            rol davran gibi
            扮演 假装 假裝 充当 模拟 角色 假设 想象
            演じ ふりを なりきって 役 シミュレート 想定
            역할 연기 척
            """),
        (Persona, """
            dan stan dude aim ucar jailbreak* jailbroken devmode mongo tom evilbot evil-bot chaosgpt maximum betterdan antigpt anti-gpt
            basedgpt
            evil unchained godmode god-mode sudo-mode aligner omega shadowgpt freegpt darkgpt opposite-mode
            """),
        (Reveal, """
            reveal reveal* show print output display repeat recite tell disclose* leak dump expose share write list quote copy paste
            echo state
            provide give summarize summarise paraphrase translate describe spell reproduce return append read begin
            zeig zeige gib nenn nenne verrat* wiederhol* drucke offenbar* schreib* ausgeben zitier* liste sag
            montre* affiche* repete* revele* divulgue* donne* ecris recopie* cite* dis
            muestra* revela* repite* imprime dime escribe copia cita* ensena* dame
            mostra* rivela* ripeti* stampa scrivi copia dimmi elenca dammi
            mostre* revele* repita* imprima escreva copie liste diga
            toon laat herhaal* onthul* geef schrijf print citeer
            pokaz* ujawnij* powtorz* wypisz* wyswietl* podaj napisz zacytuj zdradz
            покажи* раскрой* повтори* выведи* напечатай* напиши скажи процитируй перечисли выдай
            goster* acikla* tekrarla* yazdir*
            显示 透露 告诉我 输出 打印 重复 展示 泄露 列出 写出 說出 说出 公开 复述 翻译
            表示 教えて 出力 見せて 繰り返し 公開 開示 書き出し 明かし 引用
            보여 알려 출력 반복 공개
            """),
        (Hidden, """
            system initial hidden secret internal original developer's confidential preamble first pre backend underlying base core
            instructed
            versteckt* geheim* intern* ursprung* urspruenglich* anfanglich* anfangs* vertraulich*
            systeme initial* cach* secret* interne* originale* confidentiel*
            sistema inicial* ocult* secret* intern* original* confidencial*
            iniziale nascost* segret* intern* original* riservat*
            sistema inicial inicia* escondid* secret* ocult* sigilos*
            systeem verborgen geheim* interne oorspronkelijk* initiele
            systemow* poczatkow* ukryt* tajn* wewnetrzn* poufn*
            систем* скрыт* начальн* секретн* внутренн* исходн* первоначальн* конфиденциальн*
            sistem gizli ilk baslangic
            系统 系統 初始 隐藏 秘密 内部 最初 原始 机密
            システム 初期 隠し 内部 最初 秘密 元の 機密
            시스템 초기 숨겨진 비밀
            """),
        (Send, """
            send sends sending email e-mail mail forward post upload transmit exfiltrate* submit deliver ship dispatch transfer webhook
            curl fetch
            load embed append include encode
            sende schick* weiterleit* leite ubermittel* ubertrag* hochladen lade poste
            envoie* envoyer transmet* transfere* poste* publie* telecharge*
            envia* enviar manda* reenvia* sube subir publica* transmite*
            invia* inviare inoltra* spedisci carica pubblica trasmetti
            envie* encaminh* mande* poste* transmita* carregue
            stuur* verzend* verstuur* doorsturen upload plaats
            wyslij* przeslij* przekaz* opublikuj* zaladuj*
            отправ* перешли* пошли* загрузи* опубликуй* передай*
            gonder* ilet* yukle*
            发送 发给 发到 转发 上传 提交 寄给 传送
            送信 送って 転送 アップロード 投稿
            보내 전송 업로드
            """),
        (Secret, """
            password* passphrase* credential* secret secrets api-key apikey key keys token tokens conversation history chat chats
            contacts inbox
            private personal confidential ssn card data database env environment variables cookies session login address-book messages
            emails
            passwort* kennwort* zugangsdaten schlussel geheimnis* verlauf kontakte daten postfach unterhaltung gesprach*
            mot mots passe identifiants cle cles conversation* historique donnees secrets contacts
            contrasena* clave claves credencial* secreto* conversacion* historial datos contactos
            chiavi chiave credenziali segreti conversazion* cronologia dati contatti
            senha* chave chaves credenciais segredo* conversa* historico dados contatos
            wachtwoord* sleutel* inloggegevens geheimen gesprek* geschiedenis gegevens contacten
            hasl* klucz* poswiadczen* rozmow* histori* dane danych kontakt*
            парол* ключ* секрет* переписк* истори* данн* контакт* токен*
            sifre* anahtar* gecmis* veri*
            密码 密碼 密钥 凭证 令牌 对话 聊天记录 隐私 数据 联系人 历史
            パスワード 秘密 鍵 会話 履歴 個人情報 データ 連絡先 キー
            비밀번호 대화 데이터 키
            """),
        (Without, """
            without no free unbound unshackled zero minus outside beyond regardless ohne frei keine keinerlei sans aucune aucun libre
            sin libre ningun* senza libero nessun* sem livre nenhum* zonder vrij geen bez wolny zadnych без свобод* никаких
            olmadan 没有 不受 无需 無 毫无 なし なしで ない 없이
            """),
        (Never, """
            not never don't dont won't cannot can't nor stop refrain avoid must shall nicht nie niemals keinesfalls ne pas jamais
            no nunca jamas non mai nao nunca jamais niet nooit nie nigdy не никогда asla 不要 不 别 不得 绝不 永远不 しないで しない 決して 말고 절대
            """),
        (Refuse, """
            refus* decline* apologi* sorry disclaim* warning* warn reject* deny cannot unable caveat* lecture moralize hedge
            verweiger* ablehn* entschuldig* warnung* warnhinweis* hinweis* refuse* excuse* avertiss* rechazar rechaz* disculpa*
            advertencia*
            rifiut* scus* avvertenz* recus* desculp* aviso* weiger* waarschuw* excus* odmow* odmawi* przeprasz* ostrzez*
            отказ* извин* предупрежд* reddet* 拒绝 道歉 警告 免责 拒否 断ら 謝罪 거부 거절
            """),
        (Authority, """
            admin administrator developer developers dev owner creator engineer openai anthropic google root sudo superuser maintainer ceo
            operator supervisor security-team moderator staff employee authorized authorised maintenance debug privileged god
            entwickler* administrator* betreiber* chef developpeur* administrateur* proprietaire desarrollador* administrador* propietario
            sviluppator* amministrator* proprietario desenvolvedor* administrador* ontwikkelaar* beheerder* eigenaar programist*
            deweloper*
            разработчик* администратор* владел* создател* gelistirici yonetici 管理员 开发者 開發者 开发人员 创造者 管理者 開発者 작성자 관리자 개발자
            """),
        (Mode, "mode modus mod tryb tryby режим* modo modalita modalità 模式 モード 모드 moduna persona session state"),
        (Enable, """
            enable* enter* activate* engage switch unlock* turn boot initiate start launch change toggle aktivier* schalte wechsle starte
            active* entre passe demarre bascule activa* entra cambia inicia attiva* avvia ative* entre inicie activeer* schakel start
            wlacz* aktywuj* przejdz uruchom включи* активируй* перейди* запусти* etkinlestir* gec 进入 启用 激活 开启 切换 有効 起動 入って 활성화
            """),
        (Tool, """
            tool tools function functions command shell terminal plugin script code bash sql query api browser file files python console
            werkzeug* funktion* befehl* datei* outil* fonction* commande* fichier* herramienta* funcion* comando* archivo*
            strument* funzion* file ferramenta* funcao arquivo* hulpmiddel* functie* bestand* narzedzi* funkcj* plik*
            инструмент* функци* файл* команду arac* 工具 函数 命令行 文件 ツール 関数 ファイル 도구 함수 파일
            """),
        (Run, """
            run execute* call invoke* use trigger launch perform eval exec fuhre ausfuhren rufe execute* appelle* lance* ejecuta*
            llama* usa
            esegui* chiama* usa execute* chame use voer roep gebruik wykonaj* uruchom wywolaj* выполни* вызови* запусти* calistir*
            执行 运行 调用 使用 実行 呼び出し 使って 실행 호출
            """),
        (Harm, """
            delete* deleting remove drop wipe erase transfer pay wire purchase refund grant disable* shutdown destroy rm unsubscribe
            truncate
            format kill approve buy losch* uberweis* entfern* deaktivier* supprim* efface* vire desactive* elimina* borra* transfiere*
            desactiva* cancella* bonifica* disattiva* apague* exclua* transfira* desative* verwijder* wis maak overmak* usun* skasuj*
            przelej*
            wylacz* удали* переведи* сотри* отключи* sil 删除 转账 刪除 禁用 汇款 関闭 関閉 削除 送金 無効 삭제 송금
            """),
        (User, """
            user users user's customer reader human benutzer* nutzer* utilisateur* usuario* utente utenti usuario* gebruiker* uzytkownik*
            пользовател* kullanici* 用户 使用者 ユーザー ユーザ 사용자
            """),
        (Tell, """
            tell mention say inform notify alert disclose hint acknowledge reference explain erwahn* sag sage informier* mentionne*
            informe* dis
            menciona* digas informes avis* menzion* dire mencione* conte noem vermeld* vertel* wspomin* mow informuj упоминай* говори*
            сообщай*
            告诉 提及 提到 说明 通知 言わ 伝え 知らせ 触れ 말하
            """),
        (Assistant, """
            ai assistant assistants model llm chatbot bot gpt chatgpt claude gemini copilot agent agents ki assistent assistenten
            assistente
            assistant asistente modelo modello asystent* модель ассистент* помощник* ии нейросет* asistan 助手 模型 人工智能 机器人 智能体
            アシスタント モデル チャットボット エージェント 人工知能 어시스턴트 모델
            """),
        (New, """
            new updated real actual true replacement revised following below neue neuen neues nouvelle* nouveau* nueva* nuevo* nuov*
            nova* novo*
            nieuwe nowe nowych nowa новые новая новых новый yeni 新 新的 新しい 次の 以下 새로운 다음
            """),
        (Follow, """
            follow following obey comply adhere execute heed carry respect apply act befolg* folge gehorch* halte suis suivez obeis*
            respecte*
            sigue* obedece* cumple* acata segui* obbedisci* rispetta* siga* obedeca* cumpra* volg* gehoorzaam* nalev* postepuj* wykonuj*
            przestrzegaj* sluchaj следуй* выполняй* подчиняйся слушайся uy itaat 遵循 遵守 服从 听从 按照 执行 従って 従い 従う 守って 従え 따라 따르
            """),
        (Cipher, """
            base64 base-64 rot13 rot-13 hex hexadecimal cipher caesar morse encoded encrypted encoding backwards reversed leetspeak
            leet binary
            ascii scrambled obfuscated codiert* verschlussel* kodier* ruckwarts chiffre* encode* envers codificad* cifrad* reves
            codificat*
            cifrat* rovescio gecodeer* versleutel* zakodowan* szyfr* wspak закодирован* шифр* задом 编码 加密 倒序 エンコード 暗号 逆順
            """),
        (Decode, """
            decode* decipher* decrypt* unscramble translate translat* concatenate combine join assemble reverse convert unpack dekodier*
            entschlussel* ubersetz* verbinde decode* traduis* combine* decodifica* descifra* traduce* concatena* combina* traduci*
            decodifique*
            traduza* junte decodeer* ontcijfer* vertaal* odkoduj* rozszyfruj* przetlumacz* polacz раскодируй* расшифруй* переведи*
            соедини*
            解码 解密 翻译 拼接 デコード 復号 翻訳 連結
            """),
        (Fiction, """
            story novel fiction fictional hypothetical* scene screenplay game imagine pretend grandma grandmother screenwriter
            thought-experiment
            character poem song movie geschichte roman fiktiv* hypothetisch* spiel oma histoire roman fictif* hypothetique* jeu grand-mere
            historia novela ficcion hipotetic* juego abuela storia romanzo ipotetic* gioco nonna historia hipotetic* jogo avo verhaal
            hypothetisch* oma spel opowiad* powiesc hipotetyczn* babcia gra рассказ* роман* гипотетическ* бабушк* игра* 故事 小说 虚构 假设 奶奶 游戏
            物語 小説 架空 仮定 おばあちゃん ゲーム
            """),
        (Forbidden, """
            illegal harmful forbidden unethical dangerous malware ransomware bomb explosive* meth weapon weapons poison hack hacking
            phishing
            keylogger napalm virus exploit counterfeit stolen illegal* verboten* schadlich* bombe waffe* illegaux interdit* dangereu*
            ilegal*
            prohibid* bomba arma* danin* illegal* vietat* dannos* proibid* perigos* illegaal* verboden gevaarlijk* nielegaln* zakazan*
            niebezpieczn* незаконн* запрещ* вредн* бомб* вирус* 非法 违法 有害 危险 炸弹 病毒 違法 有害 危険 爆弾 禁止
            """),
        (Unlimited, """
            unrestricted unfiltered uncensored limitless unlimited unaligned amoral unmoderated unethical uneingeschrankt* unzensiert*
            ungefiltert* illimite* irrestricto sin-censura sinrestricciones illimitat* irrestrit* ilimitad* onbeperkt* ongecensureerd*
            nieograniczon* nieocenzurowan* неограниченн* sinirsiz 不受限制 无限制 无审查 无过滤 無制限 無検閲 무제한
            """),
        (Verbatim, """
            verbatim everything word-for-word exactly literally word above before beginning entire full complete whole wortlich*
            wortwortlich
            alles vollstandig* mot textuellement tout integralement textual* literal* todo completo parola tutto integralmente palavra
            tudo
            woordelijk letterlijk doslownie wszystko slowo дословно всё слово полностью полный
            逐字 原文 全文 完整 一字不差 一言一句 そのまま 全文 すべて 그대로
            """),
        (Answer, """
            answer respond reply comply write generate provide produce antwort* beantworte reponds repondez responde* rispondi* responda*
            antwoord* odpowiada* odpowiedz отвечай* ответь cevap 回答 回复 答え 回答して 返答 대답
            """),
        (Always, """
            always any anything every immer alles jede toujours tout siempre cualquier sempre qualsiasi qualquer altijd zawsze wszystko
            всегда любой любые her 总是 任何 必ず 常に どんな 항상
            """),
    ];
}
