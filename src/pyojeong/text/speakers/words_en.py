"""Closed word lists for English speakers: who can speak, verbs of speech and thought, names."""

from __future__ import annotations

import re

from pyojeong.text.endings import SPEECH_VERB_EN


def words_of(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


MEN = words_of(
    """father dad daddy papa pa grandfather grandad granddad grandpa gramps brother uncle husband son nephew
    king prince duke lord sir mr master man boy gentleman lad fellow chap bloke grandson wizard monk knight
    emperor baron waiter fisherman fireman policeman postman mailman milkman salesman rooster cockerel bull ram
    stag tomcat woodsman huntsman hunter miller tailor blacksmith smith cobbler carpenter captain groom
    bridegroom widower stepfather godfather headmaster schoolmaster giant ogre"""
)
WOMEN = words_of(
    """mother mom mum mama ma mommy mummy grandmother grandma gran granny nan nana nanny sister aunt auntie wife
    daughter niece queen princess duchess lady madam mrs ms miss woman girl lass granddaughter witch nun fairy
    empress waitress hen ewe cow mare maid milkmaid seamstress widow bride stepmother stepsister godmother
    headmistress mermaid goddess hostess actress heroine schoolgirl fisherwoman policewoman"""
)
ANIMALS = words_of(
    """wolf fox bear lion tiger rabbit hare bunny mouse rat cat kitten dog puppy pup pig piglet duck duckling
    goose gosling swan chick chicken turkey owl crow raven sparrow robin wren thrush magpie pigeon dove eagle
    hawk falcon seagull gull heron stork crane parrot penguin peacock turtle tortoise frog toad newt lizard
    snake crocodile alligator dragon dinosaur horse pony foal donkey mule goat kid sheep lamb calf ox deer fawn
    moose elephant giraffe hippo rhino zebra camel monkey ape gorilla chimp panda koala kangaroo squirrel
    chipmunk hedgehog badger otter beaver mole weasel stoat ferret skunk raccoon bat hamster whale dolphin shark
    seal walrus octopus crab lobster fish trout salmon pike goldfish snail slug worm ant bee wasp butterfly moth
    caterpillar spider beetle ladybird ladybug cricket grasshopper firefly fly flea cub creature beast animal
    bird unicorn troll goblin dwarf elf gnome ghost spirit monster robot alien snowman scarecrow doll puppet toy
    teddy angel demon genie sprite imp"""
)
PERSONS = words_of(
    """child baby infant toddler teenager kid youngster youth twin cousin parent grandparent friend neighbour
    neighbor stranger visitor guest person teacher student pupil classmate teammate professor doctor nurse
    dentist vet surgeon lawyer judge detective inspector officer sergeant constable soldier general colonel
    major lieutenant guard sentry sailor pirate pilot driver conductor passenger engineer mechanic builder
    plumber painter artist poet writer author singer musician drummer fiddler piper dancer actor clown magician
    juggler acrobat ringmaster coach referee player goalkeeper keeper runner swimmer racer champion baker
    butcher grocer farmer gardener shepherd cook chef shopkeeper innkeeper merchant trader peddler pedlar clerk
    cashier manager boss owner landlord secretary librarian reporter journalist editor photographer scientist
    professor inventor astronaut explorer traveller traveler wanderer beggar thief robber burglar outlaw bandit
    prisoner jailer servant butler footman cook squire princeling minister priest bishop pastor vicar mayor
    president governor chief chieftain elder sage hermit prophet apprentice helper assistant leader watchman
    woodcutter weaver spinner potter ferryman boatman lighthouse-keeper janitor caretaker cleaner principal
    tutor governess nursemaid orphan heir ruler emperor somebody someone everyone everybody another steward
    chamberlain usher bellboy matron curate verger bailiff reeve herald jester minstrel bard fool hermit abbot
    nomad chieftain lookout bosun mate stoker porter postmistress headteacher dinner-lady lollipop-man zookeeper
    warden ranger forester gamekeeper stableboy chimneysweep tinker weaver drummer trumpeter fiddler juggler
    tightrope-walker strongman ringmaster understudy prompter playwright critic translator interpreter
    ambassador envoy spy agent commander cadet recruit private corporal hero heroine villain rival champion
    customer patient client colleague intern host narrator announcer speaker villager townsperson messenger
    postwoman bully swordsman archer rider coachman driver hostler groomsman crowd class team family audience"""
)
REACTS = re.compile(
    r"\b(?:laughed|giggled|blinked|frowned|blushed|gasped|stared|looked|jumped|swallowed|hesitated|"
    r"went (?:\w+ )?(?:pink|red|white|pale)|turned (?:\w+ )?(?:pink|red|white|pale)|thought|considered|nodded|smiled|"
    r"grinned|shrugged|froze|shook|sighed|scowled|winced|flinched|beamed|burst|sniffed|peered|bent|mouth|jaw)\b"
)
"""What one does at the words of another."""
OTHERS = ANIMALS | PERSONS
PLURALS = words_of(
    """children people men women mice geese wolves parents villagers twins folk sheep police sailors thieves"""
)
ROLE_TITLES = words_of(
    """mr mrs ms miss dr doctor sir lady lord king queen prince princess captain professor uncle aunt auntie
    grandma grandpa grandmother grandfather granny mother father brother sister mama papa mum mom dad baby madam
    master officer detective inspector sergeant judge mayor farmer nurse coach general colonel major emperor
    duke father saint old little big young poor great cousin nanny brave chef principal reverend lieutenant
    constable baker miller"""
)
RELATIONS = words_of(
    """mother father mama papa baby mum mom dad daddy mummy grandmother grandfather grandma grandpa sister
    brother big little"""
)
LOOKS = {
    "size": words_of("big little small tiny huge tall short large great giant"),
    "age": words_of("old young younger older elder eldest youngest oldest elderly"),
    "colour": words_of("red black white grey gray brown green blue yellow golden silver"),
    "order": words_of("first second third fourth fifth last other another next"),
    "title": words_of("mr mrs ms miss dr sir king queen prince princess"),
}
FEMALE_NAMES = words_of(
    """mary anna anne ann annie emma ella ellie sarah sara lucy lily rose daisy nora clara grace alice amy
    amelia olivia sophie sophia mia maya zoe chloe hannah kate katie katherine catherine jane jenny jessica
    julia julie susan susie suzy molly polly sally penny peggy betty beth elizabeth eliza lizzie liz margaret
    maggie martha maria marie rachel rebecca becky ruth helen nell nellie nelly eve eva ava ivy iris ida hazel
    holly heather laura linda lisa lena leah lara layla luna mabel matilda tilly tess tessa nina nancy natalie
    naomi olga paula petra priya rosa rosie ruby sandra sasha stella tara victoria vera violet wendy willow
    winnie yuna mina jin-a abby abigail ada agnes alma bella bonnie carol celia charlotte cora delia diana dora
    dorothy edith elena elsa erin esme fern fiona flora freya gemma georgia gwen harriet imogen ingrid isabel
    isla jasmine joan josie joy juno june kim lottie louisa louise mei meg melissa mercy millie minnie mira
    miriam nadia odette opal pearl phoebe pippa jess jessie noor amina fatima leila aisha yasmin zainab anika
    ananya meera lakshmi sita mei ling hana yuki sakura keiko akiko aiko sofia lucia carmen irena tatiana
    natasha katya anya marta greta heidi astrid freja saoirse niamh siobhan aoife penelope poppy sadie selma
    tamsin thea una ursula wren zara mrs"""
)
MALE_NAMES = words_of(
    """tom tommy thomas tim timmy jack john johnny jim jimmy james joe joey joseph josh ben benny benjamin sam
    sammy samuel dan danny daniel david dave dylan max leo luke lucas liam noah oliver ollie oscar owen otis
    peter pete paul pip patrick philip phil ralph ray rob robbie robert bob bobby rory ryan simon sean stan
    steve stephen ted teddy theo toby tony victor walter will william bill billy adam albert alex alfie alfred
    andy andrew anton archie arthur barney bart bernard bruno carl caleb charles charlie chris christopher colin
    cyrus dennis derek dick dominic douglas eddie edgar edmund edward eli elliot eric ethan evan felix finn
    frank fred freddie frederick gabriel gary gavin george gerald gilbert graham greg gus hal hans harold harry
    harvey henry herbert hugh hugo ian isaac ivan jacob jake jasper jeremy jerry jonah jonas jonathan jude
    julian karl keith ken kevin kit lars larry leon lewis louis malcolm marco marcus mark martin matt matthew
    michael mike miles milo nat nathan ned neil nick nicholas nigel norman omar percy ravi reggie rex richard
    rick roger ron rufus rupert russell scott sid silas ivo tobias vincent wilbur minho jinho joss dev raj
    sanjay vikram anand ali ahmed hassan yusuf arjun rohan kenji hiro taro haruto wei carlos diego luis mateo
    pablo juan jose dmitri boris sergei pierre jean jacques fritz otto sven olaf nils erik bjorn kofi kwame
    jamal malik tariq idris"""
)
NOT_NAMES = words_of(
    """i the a an and but so or nor for yet then when while as if because until since after before once although
    though he she it they we you his her its their our your my this that these those there here what who whom
    whose which where why how now not no yes oh ah well all both each every some any one two three four five six
    seven eight nine ten many few most much more just only even still at in on by with from to of into onto over
    under up down out off through across behind beside between near inside outside along around about above
    below against during without within toward towards like suddenly finally slowly quickly quietly softly
    carefully meanwhile later soon today tomorrow yesterday tonight monday tuesday wednesday thursday friday
    saturday sunday january february march april may june july august september october november december
    english french german korean christmas easter god heaven is was were are be been do did does had has have
    can could will would shall should may might must let come go look please thank thanks sorry hello hi goodbye
    good nothing nobody something everything anything never ever always sometimes perhaps maybe again another
    other such same too very next last first second third instead indeed luckily sadly happily early late long
    far away back home school once upon morning evening night day spring summer autumn winter mrs mr ms dr none
    neither either whatever whenever wherever everyone somebody someone anybody everybody me him them us himself
    herself themselves itself behind besides however therefore thus hence still nearby overhead downstairs
    upstairs outside inside half enough several whoever having being seeing hearing looking turning holding
    standing sitting running"""
)
ASKED = words_of("asked asks inquired enquired wondered demanded queried questioned")
ANSWERED = words_of("answered answers replied replies responded retorted")
THOUGHT = words_of(
    """thought thinks think wondered wished hoped reasoned mused pondered decided figured realised realized"""
)
MANNER = words_of(
    """laughed laughs giggled sighed sighs growled roared gasped groaned moaned grinned beamed smiled chuckled
    cackled chortled tittered sniffed sniffled snorted sneered cheered crowed puffed panted gulped choked sobbed
    cried nodded frowned winked shrugged blinked wept bowed purred hissed barked squeaked grunted went began
    finished put cut wrote read typed signed texted counted sang called mewed meowed purred barked squeaked
    hooted bleated neighed brayed oinked squawked twittered peeped buzzed rumbled quacked clucked cawed croaked
    chirped chirruped trilled crackled hummed"""
)
"""Verbs that tell of speech only where grammar binds them to it: "Ha!" laughed Tom."""
SAID = (
    SPEECH_VERB_EN
    | ASKED
    | ANSWERED
    | MANNER
    | words_of(
        """tells told remarked observed noted commented stated cooed crooned hollered shrieked screeched squealed
    yelped whimpered whined sniffed sniffled snorted scoffed sneered jeered teased joked chuckled cackled
    chortled tittered beamed grinned cheered crowed quacked clucked cawed hooted mewed meowed purred bleated
    neighed brayed oinked squawked twittered peeped buzzed grunted rumbled thundered bawled blurted stammered
    stuttered faltered drawled rasped wheezed breathed panted puffed gulped choked rejoined countered corrected
    interrupted protested objected argued complained moaned lamented mourned confessed confided conceded
    acknowledged assured reassured comforted soothed urged advised cautioned chided scolded reproached rebuked
    praised greeted welcomed introduced concluded finished began ventured offered proposed volunteered guessed
    supposed recalled reminded recited read quoted sings chanted hummed prayed vowed swore pledged boasted
    bragged gloated taunted mocked exclaimed echoed prompted pressed instructed directed barked bid bade hailed
    sobbed blubbered cut persisted agreed lied reported relayed translated called grumbled fumed raged went put
    says whisper mouthed signed typed texted wrote croaked cried chimed piped trilled chirruped"""
    )
)
VERBS = words_of(
    """was were is are be had has have did does do could would will can should might must may am went came ran
    sat stood took gave got made saw heard felt knew thought found left kept let put set met told said held
    brought bought caught fell flew grew drew threw blew broke spoke woke wore tore swore froze chose rose drove
    rode wrote ate drank sang rang sank swam began hid bit shook forgot became lay led fed bled fled read spread
    cut hurt shut hit burst cast bent sent spent lent built slept wept crept leapt swept dealt meant leaned
    leant learnt burnt dug stuck struck swung hung clung flung stung spun won sprang shrank stole slid lit shot
    sought fought taught paid laid lost kissed strode wound bound ground shone bowed gets goes comes runs looks
    sits stands takes gives makes sees hears feels knows thinks finds smiles nods shakes turns laughs walks
    jumps pulls opens closes points wants likes loves lives stares grins frowns shrugs sighs leans reaches holds
    puts picks steps waits knelt bounded never always only just also still then both all suddenly quickly slowly
    finally almost nearly simply even soon at"""
)
ADVERBS = words_of(
    """never always only just also still then both all almost nearly simply even soon now once again at last too"""
)
PREPOSITIONS = words_of(
    """of to at with from for by in on into onto over under near behind beside beneath between among through
    against about around after before toward towards upon like than past along across above below inside outside
    without within off out up down"""
)
STOP_WORDS = (
    PREPOSITIONS
    | VERBS
    | words_of(
        """and but or so as if when while who whom which that where because until since though although not the a an
    his her their my our"""
    )
)
